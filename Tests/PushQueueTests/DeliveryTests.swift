internal import Testing

@testable internal import PushQueue

@Suite struct DeliveryTests {
    let folder = TestFolder()
    let queue: SQLiteQueue
    let reader: any NotificationQueueReader

    init() throws {
        queue = try SQLiteQueue.open(folder)
        reader = try queue.makeReader()
    }

    @Test func `An old event goes once its last notification is gone`() async throws {
        let ids = try await queue.store(.test(events: [.test("a", for: [1, 2]), .test("b")]))
        queue.finish([FinishedNotification(id: ids[0], hadFailures: false)])
        try await queue.purgeEvents()
        #expect(try reader.allNotifications().map(\.id) == [ids[1], ids[2]])
        #expect(try reader.allEvents().count == 2)
        queue.finish([FinishedNotification(id: ids[1], hadFailures: false)])
        try await queue.purgeEvents()
        #expect(try reader.allNotifications().map(\.id) == [ids[2]])
        #expect(try reader.allEvents().map(\.eventID) == ["$b"])
    }

    @Test func `What finishes together goes, and what is between stays`() async throws {
        let ids = try await queue.store(
            .test(events: [.test("a"), .test("b", for: [1, 2, 3]), .test("c", for: [1, 2]), .test("d"), .test("e")]))
        #expect(ids.count == 8)
        let stay = [ids[2], ids[5], ids[7]]
        // Handed over in another order, by several calls, and one of them twice.
        for id in ids.reversed() + [ids[0]] where !stay.contains(id) {
            queue.finish([FinishedNotification(id: id, hadFailures: false)])
        }
        try await queue.flush()
        #expect(try reader.allNotifications().map(\.id) == stay)
    }

    @Test func `What finishes is told by the events that have the numbers now`() throws {
        let folder = TestFolder()
        let store = try QueueStore(path: folder.database)
        defer { store.close() }
        try store.begin()
        _ = try store.append(.test(events: [.test("lost"), .test("lost too")]))
        store.rollback()
        try store.begin()
        let receipt = try store.append(.test("u", events: [.test("a", for: [1, 2, 3]), .test("b")]))
        guard case .stored(let numbers) = receipt else {
            Issue.record("not stored")
            return
        }
        try store.commit()
        let ids = numbers.map { $0 * NotificationID.perEvent }
        try store.begin()
        try store.finish(ids.map { FinishedNotification(id: $0, hadFailures: false) })
        try store.commit()
        let rest = try store.connection.prepare("SELECT id FROM notifications").rows { $0.int64(0) }
        #expect(rest == [ids[0] + 1, ids[0] + 2])
    }

    @Test func `A dead letter that is named twice is there once`() async throws {
        let pusher = try await queue.setPusher(.test()).pusher
        let ids = try await queue.store(.test(events: [.test("a", for: [pusher.id])]))
        queue.bury([ids[0], ids[0]].map { DeadLetter(notification: $0, reason: .expired, at: 5_000) })
        try await queue.flush()
        #expect(try reader.allNotifications().isEmpty)
        #expect(try reader.deadLetter(ids[0]) != nil)
    }

    @Test func `What has finished is gone for the write that comes next`() async throws {
        let pusher = try await queue.setPusher(.test()).pusher
        let ids = try await queue.store(.test(events: [.test("a", for: [pusher.id]), .test("b", for: [pusher.id])]))
        queue.finish([FinishedNotification(id: ids[0], hadFailures: false)])
        queue.bury([
            DeadLetter(notification: ids[0], reason: .expired, at: 5_000, lastAttempt: nil),
            DeadLetter(notification: ids[1], reason: .expired, at: 5_000, lastAttempt: nil),
        ])
        try await queue.flush()
        #expect(try reader.allNotifications().isEmpty)
        #expect(try reader.deadLetter(ids[0]) == nil)
        #expect(try reader.deadLetter(ids[1]) != nil)
    }

    @Test func `Finishing what is not there does no harm`() async throws {
        let ids = try await queue.store(.test(events: [.test("a")]))
        queue.finish([1, 4096 * 900, ids[0] + 1, .max, -1].map { FinishedNotification(id: $0, hadFailures: true) })
        try await queue.flush()
        #expect(try reader.allNotifications().map(\.id) == ids)
        #expect(try reader.allEvents().count == 1)
    }

    @Test func `A failure is counted and logged, and the pusher's health is kept`() async throws {
        let pusher = try await queue.setPusher(.test()).pusher
        let ids = try await queue.store(.test(events: [.test("a", for: [pusher.id])]))
        let health = PusherHealth(
            failingSince: 4_000, attempts: 2, nextAttemptAt: 8_000, lastSuccessAt: 3_000, lastError: "bad gateway")
        queue.recordFailure(
            FailedAttempt(
                notification: ids[0], attempt: .test(at: 5_000), countsAttempt: true, pusher: pusher.id, health: health)
        )
        queue.recordFailure(
            FailedAttempt(
                notification: ids[0], attempt: .test(at: 6_000, status: nil, reason: nil), countsAttempt: false,
                pusher: pusher.id, health: nil))
        try await queue.flush()
        #expect(
            try reader.attempts(of: ids[0]) == [.test(at: 5_000), .test(at: 6_000, status: nil, reason: nil)])
        let summary = try #require(try reader.notification(ids[0]))
        #expect(summary.notification.attempts == 1)
        #expect(summary.lastError == "server_error")
        #expect(summary.nextAttemptAt == 8_000)
        #expect(try reader.pusher(pusher.id)?.health == health)
        queue.updateHealth(of: pusher.id, to: PusherHealth(lastSuccessAt: 9_000))
        queue.finish([FinishedNotification(id: ids[0], hadFailures: true)])
        try await queue.flush()
        #expect(try reader.pusher(pusher.id)?.health == PusherHealth(lastSuccessAt: 9_000))
        #expect(try reader.attempts(of: ids[0]).isEmpty)
    }

    @Test func `The log keeps the newest attempts`() async throws {
        let ids = try await queue.store(.test(events: [.test("a")]))
        for at in 1...120 as ClosedRange<Int64> {
            queue.recordFailure(
                FailedAttempt(
                    notification: ids[0], attempt: .test(at: at), countsAttempt: true, pusher: 1, health: nil))
        }
        try await queue.flush()
        #expect(try reader.attempts(of: ids[0]).map(\.at) == Array(71...120))
        #expect(try reader.allNotifications().first?.attempts == 120)
    }

    @Test func `Nothing is logged for a notification that is gone`() async throws {
        let ids = try await queue.store(.test(events: [.test("a")]))
        queue.finish([FinishedNotification(id: ids[0], hadFailures: false)])
        queue.recordFailure(
            FailedAttempt(notification: ids[0], attempt: .test(), countsAttempt: true, pusher: 1, health: nil))
        try await queue.flush()
        #expect(try reader.attempts(of: ids[0]).isEmpty)
    }

    @Test(.timeLimit(.minutes(5))) func `Quiet writes become durable without anyone asking`() async throws {
        let committed = Mailbox<Int>()
        let other = TestFolder()
        let (stream, signal) = AsyncStream<Int>.makeStream()
        let observer = QueueObserver(committed: { rows, _ in
            committed.put(rows)
            signal.yield(rows)
        })
        let queue = try SQLiteQueue(path: other.database, observer: observer)
        let ids = try await queue.store(.test(events: [.test("a", for: [1, 2, 3])]))
        for id in ids { queue.finish([FinishedNotification(id: id, hadFailures: false)]) }
        for await _ in stream where committed.all.reduce(0, +) >= 7 { break }
        #expect(try queue.makeReader().allNotifications().isEmpty)
        // One commit for the append; the three finishes went together or nearly so.
        #expect(committed.all.first == 5)
    }

    @Test func `A dead letter keeps its event, log and pusher's names`() async throws {
        let pusher = try await queue.setPusher(.test()).pusher
        let ids = try await queue.store(.test(events: [.test("a", for: [pusher.id])]))
        queue.recordFailure(
            FailedAttempt(
                notification: ids[0], attempt: .test(at: 5_000, status: 404), countsAttempt: true, pusher: pusher.id,
                health: nil))
        queue.bury([
            DeadLetter(
                notification: ids[0], reason: .refused, at: 7_000,
                lastAttempt: .test(at: 7_000, status: 400, reason: "no"))
        ])
        try await queue.flush()
        #expect(try reader.allNotifications().isEmpty)
        #expect(try reader.notification(ids[0]) == nil)
        let letter = try #require(try reader.deadLetter(ids[0]))
        #expect(letter.notification.attempts == 2)
        #expect(letter.reason == .refused)
        #expect(letter.deadAt == 7_000)
        #expect((letter.lastStatus, letter.lastError) == (400, "no"))
        #expect(letter.userID == "@bob:hs")
        #expect(letter.gateway == "https://push.example.org:443")
        #expect((letter.eventID, letter.roomID) == ("$a", "!r:hs"))
        #expect(try reader.attempts(of: ids[0]).map(\.at) == [5_000, 7_000])
        #expect(try reader.totals() == QueueTotals(pending: 0, dead: 1, pushers: 1))
        try await queue.purgeEvents()
        #expect(try reader.allEvents().count == 1)
        #expect(try await queue.deleteDeadLetters([ids[0], 77]) == 1)
        try await queue.purgeEvents()
        #expect(try reader.allEvents().isEmpty)
        #expect(try reader.attempts(of: ids[0]).isEmpty)
    }

    @Test func `Every reason of a dead letter comes back`() async throws {
        let pusher = try await queue.setPusher(.test()).pusher
        let reasons = DeadLetter.Reason.allCases
        let ids = try await queue.store(.test(events: reasons.map { .test("\($0)", for: [pusher.id]) }))
        queue.bury(zip(ids, reasons).map { DeadLetter(notification: $0, reason: $1, at: 1) })
        try await queue.flush()
        let letters = try reader.deadLetters(matching: NotificationFilter(), after: 0, limit: 10)
        #expect(letters.map(\.reason) == reasons)
    }

    @Test func `Burying a notification whose pusher is gone only takes it out`() async throws {
        let ids = try await queue.store(.test(events: [.test("a", for: [12_345])]))
        queue.bury([DeadLetter(notification: ids[0], reason: .expired, at: 1, lastAttempt: .test())])
        try await queue.purgeEvents()
        #expect(try reader.totals() == QueueTotals(pending: 0, dead: 0, pushers: 0))
        #expect(try reader.allEvents().isEmpty)
        #expect(try reader.attempts(of: ids[0]).isEmpty)
    }

    @Test func `A revived dead letter is queued anew under its id`() async throws {
        let pusher = try await queue.setPusher(.test()).pusher
        let ids = try await queue.store(.test(events: [.test("a", for: [pusher.id, pusher.id])]))
        queue.bury(ids.map { DeadLetter(notification: $0, reason: .gaveUp, at: 5_000, lastAttempt: .test()) })
        // Removed and set again: another id.
        try await queue.removePushers([pusher.id])
        #expect(try await queue.revive(ids).isEmpty)
        let second = try await queue.setPusher(.test()).pusher
        #expect(second.id != pusher.id)
        let expected = PendingNotification(
            id: ids[0], pusher: second.id, queuedAt: 9_000, notBefore: nil, attempts: 0, flags: 0)
        #expect(try await queue.revive([ids[0]]) == [expected])
        #expect(try await queue.revive([ids[0]]).isEmpty)
        #expect(try reader.attempts(of: ids[0]).isEmpty)
        #expect(try reader.attempts(of: ids[1]).count == 1)
        #expect(try reader.allNotifications() == [expected])
        #expect(try reader.payload(of: ids[0])?.event == TestEvent.test("a").event)
        #expect(try reader.totals().dead == 1)
    }

    @Test func `A dead letter of a disabled pusher stays dead`() async throws {
        let pusher = try await queue.setPusher(.test()).pusher
        let ids = try await queue.store(.test(events: [.test("a", for: [pusher.id])]))
        queue.bury([DeadLetter(notification: ids[0], reason: .gaveUp, at: 5_000, lastAttempt: .test())])
        var fields = PusherFields.test()
        fields.enabled = false
        _ = try await queue.setPusher(fields)
        #expect(try await queue.revive(ids).isEmpty)
        #expect(try reader.deadLetter(ids[0])?.lastStatus == 502)
        #expect(try reader.attempts(of: ids[0]).count == 1)
    }

    @Test func `Retention takes old dead letters in batches`() async throws {
        let pusher = try await queue.setPusher(.test()).pusher
        let count = QueueStore.purgeBatch + 5
        let ids = try await queue.store(
            .test(events: [.test("a", for: .init(repeating: pusher.id, count: count + 1))]))
        queue.bury(ids.dropLast().map { DeadLetter(notification: $0, reason: .expired, at: 10_000) })
        queue.bury([DeadLetter(notification: ids[count], reason: .expired, at: 20_000)])
        let retention = QueueRetention(deadLetters: .seconds(5))
        #expect(try await queue.purge(retention, now: 15_000).deadLetters == 0)
        let first = try await queue.purge(retention, now: 15_001)
        #expect(first.deadLetters == QueueStore.purgeBatch)
        #expect(first.more)
        let second = try await queue.purge(retention, now: 15_001)
        #expect(second.deadLetters == 5)
        #expect(!second.more)
        #expect(try reader.totals().dead == 1)
        #expect(try reader.allEvents().count == 1)
    }

    @Test func `A file that is mostly free space shrinks`() async throws {
        let other = TestFolder()
        let queue = try SQLiteQueue.open(other, options: QueueStore.Options(freePagesKept: 100))
        let ids = try await queue.store(.test(events: [.test("a", content: 8_000_000), .test("b")]))
        let connection = try Connection(path: other.database, mode: .readOnly)
        let before = try connection.integer("PRAGMA page_count")
        queue.finish([FinishedNotification(id: ids[0], hadFailures: false)])
        try await queue.purgeEvents()
        for _ in 0..<5 { _ = try await queue.purge(QueueRetention(), now: 0) }
        let after = try connection.integer("PRAGMA page_count")
        #expect(before > 1_900)
        #expect(after < 200)
        #expect(try queue.makeReader().payload(of: ids[1])?.event == TestEvent.test("b").event)
    }
}
