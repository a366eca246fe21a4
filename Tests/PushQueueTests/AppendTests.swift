internal import Testing

@testable internal import PushQueue

@Suite struct AppendTests {
    let folder = TestFolder()

    @Test func `Everything of a transaction is read back`() async throws {
        let queue = try SQLiteQueue.open(folder)
        let tweaks = Array(#"{"sound":"default"}"#.utf8)
        let event = TestEvent(
            eventID: "$e", roomID: "!r:hs", event: Array("0123456789".utf8), room: Array("{}".utf8), expiresAt: 99,
            notifications: [
                NewNotification(pusher: 7), NewNotification(pusher: 8, notBefore: 1_500, flags: -5, tweaks: tweaks),
                NewNotification(pusher: 9, tweaks: []),
            ])
        let counts = [
            UserCounts(userID: "@a:hs", unread: 1, missedCalls: 0),
            UserCounts(userID: "@a:hs", unread: 3, missedCalls: 2),
        ]
        let ids = try await queue.store(.test(events: [event], counts: counts))
        let reader = try queue.makeReader()
        let first = PendingNotification(
            id: ids[0], pusher: 7, queuedAt: 1_000, notBefore: nil, attempts: 0, flags: 0)
        let second = PendingNotification(
            id: ids[1], pusher: 8, queuedAt: 1_000, notBefore: 1_500, attempts: 0, flags: -5)
        let third = PendingNotification(
            id: ids[2], pusher: 9, queuedAt: 1_000, notBefore: nil, attempts: 0, flags: 0)
        #expect(try reader.allNotifications() == [first, second, third])
        let events = try reader.allEvents()
        #expect(events.map(\.number) == [NotificationID.eventNumber(of: ids[0])])
        #expect(events.map(\.eventID) == ["$e"])
        var payloads: [NotificationPayload] = []
        try reader.payloads(of: ids) { payloads.append($0) }
        #expect(payloads.map(\.notification) == [first, second, third])
        #expect(payloads.map(\.tweaks) == [nil, tweaks, []])
        for payload in payloads {
            #expect((payload.event, payload.room) == (event.event, event.room))
        }
        #expect(try reader.allExpiries() == [events[0].number: 99])
        #expect(try reader.allCounts() == ["@a:hs": UserCounts(userID: "@a:hs", unread: 3, missedCalls: 2)])
        #expect(try reader.totals() == QueueTotals(pending: 3, dead: 0, pushers: 0))
    }

    @Test func `Ids ascend in the order of the calls`() async throws {
        let queue = try SQLiteQueue.open(folder)
        let results = Mailbox<[Int64]>()
        for number in 0..<200 {
            queue.append(.test(events: [.test("a\(number)"), .test("b\(number)")])) { result in
                if case .success(.stored(let numbers)) = result { results.put(numbers) }
            }
        }
        try await queue.flush()
        let numbers = results.all.flatMap(\.self)
        #expect(numbers.count == 400)
        #expect(numbers == numbers.sorted())
        #expect(Set(numbers).count == 400)
        let ids = try queue.makeReader().allEvents().map(\.eventID)
        #expect(ids == (0..<200).flatMap { ["$a\($0)", "$b\($0)"] })
    }

    @Test func `An event without notifications has its place`() async throws {
        let queue = try SQLiteQueue.open(folder)
        let receipt = try await queue.append(.test(events: [.test("none", for: []), .test("one")]))
        guard case .stored(let numbers) = receipt else {
            Issue.record("not stored")
            return
        }
        #expect(numbers[1] == numbers[0] + 1)
        #expect(try queue.makeReader().allEvents().map(\.number) == numbers)
    }

    @Test(arguments: [4095, 4096, 4097, 10_000])
    func `An event may have any number of notifications`(count: Int) async throws {
        let queue = try SQLiteQueue.open(folder)
        let pushers = (1...Int64(count)).map(\.self)
        let ids = try await queue.store(.test(events: [.test("big", for: pushers), .test("next")]))
        #expect(Set(ids).count == count + 1)
        let reader = try queue.makeReader()
        #expect(try reader.allNotifications().map(\.id) == ids)
        #expect(try reader.allNotifications().map(\.pusher) == pushers + [1])
        #expect(try reader.allEvents().count == (count + 4095) / 4096 + 1)
        for id in [ids[0], ids[count - 1]] {
            #expect(try reader.payload(of: id)?.event == TestEvent.test("big").event)
        }
        queue.finish(ids.map { FinishedNotification(id: $0, hadFailures: false) })
        try await queue.purgeEvents()
        #expect(try reader.allEvents().isEmpty)
    }

    @Test(arguments: [0, 1, 4000, 65_536, 3_000_000])
    func `A body of any size comes back as it was`(size: Int) async throws {
        let queue = try SQLiteQueue.open(folder)
        let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let event = TestEvent(
            eventID: "$e", roomID: "!r:hs", event: body, room: body.reversed(),
            notifications: [NewNotification(pusher: 1)])
        let ids = try await queue.store(.test(events: [event]))
        let payload = try queue.makeReader().payload(of: ids[0])
        #expect(payload?.event == body)
        #expect(payload?.room == body.reversed())
    }

    @Test func `Numbers are never used twice, whatever ended the process`() async throws {
        var seen: Set<Int64> = []
        for round in 0..<4 {
            let queue = try SQLiteQueue.open(folder)
            let ids = try await queue.store(.test(events: [.test("a"), .test("b")]))
            #expect(seen.isDisjoint(with: ids))
            seen.formUnion(ids)
            queue.finish(ids.map { FinishedNotification(id: $0, hadFailures: false) })
            try await queue.flush()
            if round == 1 {
                // As if the process had been killed: what is open now is never closed properly.
                let copy = TestFolder()
                for name in folder.names where name != "queue.db-lock" { copy.write(folder.read(name), to: name) }
                let reopened = try SQLiteQueue.open(copy)
                #expect(seen.isDisjoint(with: try await reopened.store(.test(events: [.test("c")]))))
            }
            queue.close()
        }
        #expect(seen.count == 8)
    }

    @Test func `A closed queue fails writes and does not forget what came before`() async throws {
        let queue = try SQLiteQueue.open(folder)
        let ids = try await queue.store(.test(events: [.test("a", for: [1, 2])]))
        queue.finish([FinishedNotification(id: ids[0], hadFailures: false)])
        #expect(queue.close() == 0)
        #expect(queue.close() == 0)
        let error = await #expect(throws: QueueError.self) { try await queue.append(.test(events: [])) }
        #expect(error?.code == .closed)
        queue.finish([FinishedNotification(id: ids[1], hadFailures: false)])
        let reader = try QueueReader.open(path: folder.database)
        #expect(try reader.allNotifications().map(\.id) == [ids[1]])
        #expect(folder.read("queue.db-wal").isEmpty)
    }
}
