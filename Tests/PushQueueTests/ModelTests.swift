internal import Testing

@testable internal import PushQueue

/// Thousands of random writes against the queue and against dictionaries, compared again and again, also after
/// reopening.
@Suite struct ModelTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `The queue holds what a model holds`(seed: UInt64) async throws {
        let folder = TestFolder()
        var queue = try SQLiteQueue.open(folder)
        var model = QueueModel(random: SplitMix(state: seed))
        for round in 1...1500 {
            try await model.step(queue)
            guard round % 100 == 0 else { continue }
            try await queue.purgeEvents()
            try model.compare(with: try queue.makeReader())
            if round % 300 == 0 {
                queue.close()
                queue = try SQLiteQueue.open(folder)
                try model.compare(with: try queue.makeReader())
            }
        }
        #expect(model.kinds.count == 11)
        #expect(model.everDead > 20 && model.everRestored > 2)
        queue.close()
        #expect(try QueueReader.open(path: folder.database).verify().isEmpty)
    }
}
