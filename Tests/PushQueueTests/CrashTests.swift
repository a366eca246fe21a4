internal import Testing

@testable internal import PushQueue

/// What a process leaves that is killed at any moment.
@Suite struct CrashTests {
    let folder = TestFolder()

    /// The files as they are now, the log cut off at a byte.
    private func copy(logBytes: Int) -> TestFolder {
        let copy = TestFolder()
        copy.write(folder.read("queue.db"), to: "queue.db")
        copy.write(Array(folder.read("queue.db-wal").prefix(logBytes)), to: "queue.db-wal")
        return copy
    }

    @Test func `All that was reported stored is there`() async throws {
        let queue = try SQLiteQueue.open(folder)
        let pusher = try await queue.setPusher(.test()).pusher
        let ids = try await queue.store(.test("t", events: [.test("a", for: [pusher.id, pusher.id])]))
        queue.finish([FinishedNotification(id: ids[0], hadFailures: false)])
        try await queue.flush()
        let copied = copy(logBytes: .max)
        let reopened = try SQLiteQueue.open(copied)
        let reader = try reopened.makeReader()
        #expect(try reader.allPushers() == [pusher])
        #expect(try reader.allNotifications().map(\.id) == [ids[1]])
        guard case .alreadySeen = try await reopened.append(.test("t", events: [])) else {
            Issue.record("the transaction is not known any more")
            return
        }
        #expect(copied.names.contains("queue.db"))
    }

    @Test func `Wherever the log ends, whole transactions are there, the earliest ones`() async throws {
        let queue = try SQLiteQueue.open(folder)
        for number in 0..<12 {
            // Each with two events of three notifications, one of them of several pages.
            try await queue.append(
                .test(
                    "t\(number)",
                    events: [.test("a", for: [1, 2, 3]), .test("b", for: [4, 5, 6], content: 9_000)]))
        }
        let log = folder.read("queue.db-wal").count
        var random = SplitMix(state: 7)
        var seen: Set<Int> = []
        for cut in (0..<40).map({ _ in Int.random(in: 0...log, using: &random) }) + [0, log] {
            let copied = copy(logBytes: cut)
            let inspection = try DatabaseInspection(path: copied.database)
            let reopened = try SQLiteQueue.open(copied)
            let reader = try reopened.makeReader()
            let stored = try reader.allNotifications().count
            #expect(stored % 6 == 0)
            let transactions = stored / 6
            seen.insert(transactions)
            #expect(try reader.allEvents().count == 2 * transactions)
            #expect(inspection.schemaVersion == Migration.latest || transactions == 0)
            for number in 0..<12 {
                let receipt = try await reopened.append(.test("t\(number)", events: []))
                #expect((receipt == .alreadySeen(answer: Array("{}".utf8))) == (number < transactions))
            }
            #expect(try QueueReader(connection: Connection(path: copied.database, mode: .readOnly)).verify().isEmpty)
        }
        #expect(seen.contains(0) && seen.contains(12) && seen.count > 3)
    }
}
