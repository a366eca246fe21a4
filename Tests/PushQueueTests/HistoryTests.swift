internal import Testing

@testable internal import PushQueue

@Suite struct HistoryTests {
    let folder = TestFolder()

    private func event(_ id: String, readers: [String], thread: String? = nil, call: String? = nil) -> TestEvent {
        TestEvent(
            eventID: id, roomID: "!r:hs", threadID: thread, callID: call, event: Array("{\"e\":1}".utf8),
            room: Array("{\"member_count\":2}".utf8),
            readers: readers.map {
                TestEvent.Reader(userID: $0, flags: .highlight, displayName: "N", actions: Array("[\"notify\"]".utf8))
            })
    }

    private func append(
        _ events: [TestEvent], effects: ReadingEffects = ReadingEffects(), at: Int64 = 1000, to queue: SQLiteQueue
    ) async throws -> [Int64] {
        let receipt = try await queue.append(
            .test(events: events, at: at, effects: effects))
        guard case .stored(let numbers) = receipt else { return [] }
        return numbers
    }

    @Test func `A history entry comes back as it was stored, newest first`() async throws {
        let queue = try SQLiteQueue.open(folder)
        let events = [
            event("$a", readers: ["@u:hs", "@v:hs"], thread: "$root"), event("$b", readers: ["@u:hs"], call: "c"),
        ]
        let numbers = try await append(events, to: queue)
        let reader = try queue.makeReader()
        let entries = try reader.history(of: "@u:hs", before: .max, with: [], limit: 10)
        #expect(entries.map(\.event.eventID) == ["$b", "$a"])
        #expect(entries.map(\.event.threadID) == [nil, "$root"])
        #expect(entries.map(\.event.callID) == ["c", nil])
        #expect(entries.allSatisfy { $0.displayName == "N" && $0.actions == Array("[\"notify\"]".utf8) })
        #expect(entries.allSatisfy { $0.event.event == Array("{\"e\":1}".utf8) && $0.event.at == 1000 })
        #expect(
            try reader.history(of: "@u:hs", before: entries[0].id, with: [.highlight], limit: 1).map(\.id) == [
                entries[1].id
            ])
        #expect(try reader.history(of: "@u:hs", before: .max, with: [.given], limit: 10).isEmpty)
        #expect(try reader.history(ofEvent: numbers[0], userID: nil).map(\.userID) == ["@u:hs", "@v:hs"])
        #expect(try reader.history(ofEvent: numbers[0], userID: "@v:hs").count == 1)
    }

    @Test func `More readers than one number holds take several`() async throws {
        let queue = try SQLiteQueue.open(folder)
        let readers = (0..<5000).map { "@u\($0):hs" }
        let first = try await append([event("$a", readers: readers), event("$b", readers: ["@u1:hs"])], to: queue)
        #expect(first[1] == first[0] + 2)
        var unread = 0
        try queue.makeReader().scanUnread { entry in
            unread += 1
            #expect(entry.event.roomID == "!r:hs")
        }
        #expect(unread == 5001)
    }

    @Test func `Effects mark, retract and cancel in one commit and survive reopening`() async throws {
        var queue = try SQLiteQueue.open(folder)
        let numbers = try await append(
            [
                event("$a", readers: ["@u:hs"]), event("$b", readers: ["@u:hs"]),
                event("$c", readers: ["@u:hs"], call: "c"),
            ],
            to: queue)
        let queued = try await queue.store(.test(events: [.test("q")]))
        let ids = numbers.map { $0 * NotificationID.perEvent }
        var effects = ReadingEffects()
        effects.read = [ids[0]]
        effects.redacted = [numbers[1]]
        effects.answered = [ids[2]]
        effects.cancelled = [queued[0]]
        effects.badges = [7]
        _ = try await append([], effects: effects, to: queue)
        queue.close()
        queue = try SQLiteQueue.open(folder)
        let reader = try queue.makeReader()
        let entries = try reader.history(of: "@u:hs", before: .max, with: [], limit: 10)
        #expect(entries.map(\.id) == [ids[2], ids[0]])
        #expect(entries.map(\.flags) == [[.highlight, .answered], [.highlight, .read]])
        #expect(try reader.totals().pending == 0)
        var badges: [Int64] = []
        try reader.scanBadges { pusher, queuedAt in badges.append(pusher + queuedAt) }
        #expect(badges == [1007])
        queue.deleteBadge(of: 7, upTo: 999)
        try await queue.flush()
        badges = []
        try reader.scanBadges { pusher, _ in badges.append(pusher) }
        #expect(badges == [7], "it is wanted since later")
        queue.deleteBadge(of: 7, upTo: 1000)
        try await queue.flush()
        badges = []
        try reader.scanBadges { pusher, _ in badges.append(pusher) }
        #expect(badges.isEmpty)
    }

    @Test func `Purging deletes what is read and old, and what is unread and very old`() async throws {
        let queue = try SQLiteQueue.open(folder)
        let old = try await append(
            [event("$read", readers: ["@u:hs"]), event("$unread", readers: ["@u:hs"])], to: queue)
        _ = try await append([event("$new", readers: ["@u:hs"])], at: 500_000, to: queue)
        var effects = ReadingEffects()
        effects.read = [old[0] * NotificationID.perEvent]
        _ = try await append([], effects: effects, to: queue)
        let retention = QueueRetention(history: .seconds(100))
        let reader = try queue.makeReader()
        _ = try await queue.purge(retention, now: 200_000)
        #expect(
            try reader.history(of: "@u:hs", before: .max, with: [], limit: 9).map(\.event.eventID) == [
                "$new", "$unread",
            ])
        _ = try await queue.purge(retention, now: 500_000)
        #expect(try reader.history(of: "@u:hs", before: .max, with: [], limit: 9).map(\.event.eventID) == ["$new"])
        #expect(try reader.allEvents().map(\.eventID) == ["$new"])
    }

    @Test func `Purging holds the writer for a bounded number of rows, and goes on where it stopped`() async throws {
        let queue = try SQLiteQueue.open(folder)
        let readers = (0..<5000).map { "@u\($0):hs" }
        _ = try await append([event("$a", readers: readers), event("$b", readers: readers)], to: queue)
        let retention = QueueRetention(history: .seconds(1))
        let first = try await queue.purge(retention, now: 10_000)
        #expect(first.more)
        #expect(first.history == 3)
        let second = try await queue.purge(retention, now: 10_000)
        #expect(!second.more)
        #expect(second.history == 1)
        #expect(try queue.makeReader().allEvents().isEmpty)
    }

    @Test func `An event waits for its notifications and dead letters, and goes in a later round`() async throws {
        let queue = try SQLiteQueue.open(folder)
        let pusher = try await queue.setPusher(.test()).pusher.id
        let ids = try await queue.store(
            .test(events: [.test("sent", for: [pusher]), .test("dead", for: [pusher]), .test("late", for: [pusher])]))
        queue.finish([FinishedNotification(id: ids[0], hadFailures: false)])
        queue.bury([DeadLetter(notification: ids[1], reason: .gaveUp, at: 1)])
        try await queue.purgeEvents()
        let reader = try queue.makeReader()
        #expect(try reader.allEvents().map(\.eventID) == ["$dead", "$late"])
        let rest = QueueRetention(deadLetters: .seconds(1), history: .seconds(1))
        #expect(try await queue.purge(QueueRetention(history: .seconds(1)), now: 10_000).history == 0, "seen before")
        #expect(try await queue.purge(rest, now: 10_000).history == 2, "from the one whose dead letter went")
        #expect(try reader.allEvents().map(\.eventID) == ["$late"])
        queue.finish([FinishedNotification(id: ids[2], hadFailures: false)])
        #expect(try await queue.purge(rest, now: 10_000).history == 1)
        #expect(try reader.allEvents().isEmpty)
    }

    @Test func `Nothing of a redacted event stays but its place`() async throws {
        let queue = try SQLiteQueue.open(folder)
        let pusher = try await queue.setPusher(.test()).pusher.id
        var redacted = event("$a", readers: ["@u:hs", "@v:hs"])
        redacted.notifications = [NewNotification(pusher: pusher), NewNotification(pusher: pusher)]
        var other = event("$b", readers: ["@u:hs"])
        other.notifications = [NewNotification(pusher: pusher), NewNotification(pusher: pusher)]
        let numbers = try await append([redacted, other], to: queue)
        let ids = numbers.map { $0 * NotificationID.perEvent }
        for id in ids {
            queue.bury([DeadLetter(notification: id, reason: .refused, at: 5_000, lastAttempt: .test())])
        }
        var effects = ReadingEffects()
        effects.redacted = [numbers[0]]
        _ = try await append([], effects: effects, to: queue)
        let reader = try queue.makeReader()
        #expect(try reader.deadLetter(ids[0]) == nil)
        #expect(try reader.attempts(of: ids[0]).isEmpty)
        #expect(try reader.payload(of: ids[0] + 1) == nil, "also where it is in flight")
        #expect(try reader.history(of: "@v:hs", before: .max, with: [], limit: 9).isEmpty)
        let connection = try Connection(path: folder.database, mode: .readOnly)
        let erased = try connection.prepare("SELECT event_id FROM events WHERE event = x'' AND room IS NULL")
        #expect(try erased.rows { $0.text(0) } == ["$a"])
        #expect(try reader.allEvents().map(\.eventID) == ["$a", "$b"])
        #expect(try reader.deadLetter(ids[1])?.eventID == "$b")
        #expect(try reader.attempts(of: ids[1]).count == 1)
        #expect(try reader.payload(of: ids[1] + 1)?.event == other.event)
        #expect(try reader.history(of: "@u:hs", before: .max, with: [], limit: 9).map(\.id) == [ids[1]])
        // What was in flight then and fails now leaves no dead letter either.
        queue.bury([DeadLetter(notification: ids[0] + 1, reason: .refused, at: 6_000, lastAttempt: .test())])
        try await queue.flush()
        #expect(try reader.deadLetter(ids[0] + 1) == nil)
        #expect(try reader.attempts(of: ids[0] + 1).isEmpty)
    }
}
