import Foundation
import PushQueue
import Testing

@testable import MatrixPusher

struct BoundedQueueTests {
    @Test func `What comes first goes first, and no more wait than may`() {
        var queue = BoundedQueue<Int>(limit: 3)
        #expect(queue.popFirst() == nil)
        #expect((1...5).map { queue.append($0) } == [true, true, true, false, false])
        #expect(queue.popFirst() == 1)
        #expect(queue.append(6) && !queue.append(7))
        #expect((0..<4).map { _ in queue.popFirst() } == [2, 3, 6, nil])
        #expect(queue.count == 0)
    }

    @Test func `A queue that is never empty keeps nothing of what has gone`() {
        final class Job {}
        var queue = BoundedQueue<Job>(limit: 100)
        for _ in 0..<10 { _ = queue.append(Job()) }
        weak var last: Job?
        for _ in 0..<10_000 {
            _ = queue.append(Job())
            last = queue.popFirst()
            #expect(last == nil)
        }
        #expect(queue.count == 10 && queue.places <= 24)
    }

    @Test func `Who finds too many waiting is told to come again`() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).db").path
        defer {
            for ending in ["", "-wal", "-shm", "-lock"] { try? FileManager.default.removeItem(atPath: path + ending) }
        }
        let queue = try SQLiteQueue(path: path)
        let full = try ReaderThread(try queue.makeReader(), limit: 0)
        let error = await #expect(throws: PusherError.self) {
            try await full.read { reader throws(QueueError) in try reader.totals() }
        }
        #expect(error?.code == .unavailable && error?.retryAfter != nil)
        let open = try ReaderThread(try queue.makeReader())
        #expect(try await open.read { reader throws(QueueError) in try reader.totals() }.pending == 0)
        queue.close()
    }
}
