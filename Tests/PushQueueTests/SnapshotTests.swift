import Synchronization
import Testing

@testable import PushQueue

@Suite struct SnapshotTests {
    let folder = TestFolder()
    private static let parts: [[UInt8]] = [[1, 2, 3], [], Array(repeating: 7, count: 100_000)]

    private func snapshot(of queue: SQLiteQueue) throws -> [[UInt8]] {
        var parts: [[UInt8]] = []
        try queue.makeReader().scanSnapshot { parts.append($0) }
        return parts
    }

    private func leaveSnapshot() throws {
        let queue = try SQLiteQueue(path: folder.database)
        #expect(queue.close(leaving: { store in for part in Self.parts { store(part) } }) == 0)
    }

    @Test func `What is left is there at the next start, also at the one after it`() throws {
        try leaveSnapshot()
        for _ in 0..<2 {
            let queue = try SQLiteQueue(path: folder.database)
            #expect(try snapshot(of: queue) == Self.parts)
        }
        try leaveSnapshot()
        #expect(try snapshot(of: SQLiteQueue(path: folder.database)) == Self.parts)
    }

    @Test func `The first write deletes it, also one that changes nothing`() async throws {
        try leaveSnapshot()
        let queue = try SQLiteQueue(path: folder.database)
        queue.deleteLane("https://nobody:443")
        try await queue.flush()
        #expect(try snapshot(of: queue).isEmpty)
        queue.close()
        #expect(try snapshot(of: SQLiteQueue(path: folder.database)).isEmpty)
    }

    @Test func `It is made after the last completion`() throws {
        let queue = try SQLiteQueue(path: folder.database)
        let isDone = Mutex(false)
        let wasDone = Mutex(false)
        queue.setRuleset(of: "@bob:hs", to: []) { _ in isDone.withLock { $0 = true } }
        queue.close(leaving: { _ in wasDone.withLock { $0 = isDone.withLock { $0 } } })
        #expect(wasDone.withLock { $0 })
    }

    @Test func `None is left where not all of it could be stored`() throws {
        do {
            var options = QueueStore.Options()
            options.maxPages = 60
            let queue = try SQLiteQueue(path: folder.database, observer: QueueObserver(), options: options)
            queue.close(leaving: { store in
                store([1])
                store(Array(repeating: 7, count: 1_000_000))
                store([2])
            })
        }
        #expect(try snapshot(of: SQLiteQueue(path: folder.database)).isEmpty)
    }
}
