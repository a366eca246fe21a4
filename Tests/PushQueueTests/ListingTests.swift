internal import Testing

@testable internal import PushQueue

@Suite struct ListingTests {
    let folder = TestFolder()

    /// Three pushers with three notifications each, in turn; the event of round r came at r seconds.
    private func fill(_ queue: SQLiteQueue) async throws -> [PusherRow] {
        let pushers = [
            try await queue.setPusher(.test()).pusher,
            try await queue.setPusher(.test(app: "other", host: "example.org")).pusher,
            try await queue.setPusher(.test(user: "@alice:hs", host: "push_example.org")).pusher,
        ]
        for round in 1...3 {
            try await queue.store(
                .test(events: [.test("e\(round)", for: pushers.map(\.id))], at: Int64(round) * 1_000))
        }
        return pushers
    }

    static let filters: [(NotificationFilter, [Int])] = [
        (NotificationFilter(), [0, 1, 2]),
        (NotificationFilter(gateway: "https://push.example.org:443"), [0]),
        (NotificationFilter(gateway: "push.example.org"), [0]),
        (NotificationFilter(gateway: "example.org"), [1]),
        (NotificationFilter(gateway: "org"), []),
        (NotificationFilter(gateway: "%"), []),
        (NotificationFilter(userID: "@bob:hs"), [0, 1]),
        (NotificationFilter(appID: "other"), [1]),
        (NotificationFilter(userID: "@alice:hs", appID: "other"), []),
        (NotificationFilter(userID: "' OR 1=1 --"), []),
    ]

    @Test(arguments: filters)
    func `A filter shows what it names, queued or dead`(filter: NotificationFilter, expected: [Int]) async throws {
        let queue = try SQLiteQueue.open(folder)
        let pushers = try await fill(queue)
        let reader = try queue.makeReader()
        let expectedPushers = (0..<3).flatMap { _ in expected.map { pushers[$0].id } }
        let listed = try reader.notifications(matching: filter, after: 0, limit: 100)
        #expect(listed.map(\.notification.pusher) == expectedPushers)
        queue.bury(try reader.allNotifications().map { DeadLetter(notification: $0.id, reason: .expired, at: 1) })
        try await queue.flush()
        let dead = try reader.deadLetters(matching: filter, after: 0, limit: 100)
        #expect(dead.map(\.notification.pusher) == expectedPushers)
        let found = try reader.deadLetterIDs(matching: filter, after: 0, lookingAt: 100)
        #expect(found.ids == dead.map(\.notification.id))
        #expect(found.last == nil)
    }

    @Test func `Dead letters are searched a bounded number at a time`() async throws {
        let queue = try SQLiteQueue.open(folder)
        _ = try await fill(queue)
        let reader = try queue.makeReader()
        let all = try reader.allNotifications().map(\.id)
        queue.bury(
            all.enumerated().map { index, id in
                DeadLetter(notification: id, reason: index % 2 == 0 ? .expired : .refused, at: 1)
            })
        try await queue.flush()
        let filter = NotificationFilter(reason: .refused)
        var found: [Int64] = []
        var pages = 0
        var position: Int64? = 0
        while let start = position {
            let page = try reader.deadLetterIDs(matching: filter, after: start, lookingAt: 2)
            #expect(page.ids.count <= 1)
            found += page.ids
            position = page.last
            pages += 1
        }
        #expect(found == all.enumerated().filter { $0.offset % 2 == 1 }.map(\.element))
        #expect(pages == 5)
        let listed = try reader.deadLetters(matching: filter, after: 0, limit: 100)
        #expect(listed.map(\.notification.id) == found)
    }

    @Test func `Filters by pusher and by age`() async throws {
        let queue = try SQLiteQueue.open(folder)
        let pushers = try await fill(queue)
        let reader = try queue.makeReader()
        let filter = NotificationFilter(pusher: pushers[1].id, queuedBefore: 3_000)
        let listed = try reader.notifications(matching: filter, after: 0, limit: 100)
        #expect(listed.map(\.notification.queuedAt) == [1_000, 2_000])
        #expect(listed.allSatisfy { $0.notification.pusher == pushers[1].id })
        queue.bury(try reader.allNotifications().map { DeadLetter(notification: $0.id, reason: .expired, at: 1) })
        try await queue.flush()
        let dead = try reader.deadLetters(matching: filter, after: 0, limit: 100)
        #expect(dead.map(\.notification) == listed.map(\.notification))
    }

    @Test func `Pages follow one another`() async throws {
        let queue = try SQLiteQueue.open(folder)
        _ = try await fill(queue)
        let reader = try queue.makeReader()
        var ids: [Int64] = []
        while case let page = try reader.notifications(matching: NotificationFilter(), after: ids.last ?? 0, limit: 4),
            !page.isEmpty
        {
            #expect(page.count <= 4)
            ids += page.map(\.notification.id)
        }
        #expect(ids == (try reader.allNotifications().map(\.id)))
        #expect(try reader.notifications(matching: NotificationFilter(), after: 0, limit: -1).isEmpty)
    }

    @Test func `A listing shows ids and names, not content`() async throws {
        let queue = try SQLiteQueue.open(folder)
        let pushers = try await fill(queue)
        let listed = try queue.makeReader().notifications(matching: NotificationFilter(), after: 0, limit: 1)
        #expect(
            listed == [
                NotificationSummary(
                    notification: PendingNotification(
                        id: 4096, pusher: pushers[0].id, queuedAt: 1_000, notBefore: nil, attempts: 0, flags: 0),
                    userID: "@bob:hs", appID: "app", pushkey: "key", gateway: "https://push.example.org:443",
                    eventID: "$e1", roomID: "!r:hs", lastError: nil, nextAttemptAt: nil)
            ])
    }

    @Test func `Payloads come in the order asked for, without those that are gone`() async throws {
        let queue = try SQLiteQueue.open(folder)
        _ = try await fill(queue)
        let reader = try queue.makeReader()
        let ids = try reader.allNotifications().map(\.id)
        queue.finish([FinishedNotification(id: ids[4], hadFailures: false)])
        try await queue.flush()
        var read: [Int64] = []
        try reader.payloads(of: [ids[8], 3, ids[4], ids[0], ids[1]]) { read.append($0.notification.id) }
        #expect(read == [ids[8], ids[0], ids[1]])
        #expect(try reader.payload(of: 3) == nil)
    }

    @Test func `A reader sees what was committed since it was made`() async throws {
        let queue = try SQLiteQueue.open(folder)
        let reader = try queue.makeReader()
        #expect(try reader.totals().pending == 0)
        _ = try await fill(queue)
        #expect(try reader.totals() == QueueTotals(pending: 9, dead: 0, pushers: 3))
        #expect(reader.databaseSize().total > 0)
        #expect(try reader.schemaVersion() == Migration.latest)
    }
}
