import Testing

@testable import MatrixPusher

/// None of these waits for time to pass: an hour that is not cut short would be seen.
@Suite struct RemovalFeedTests {
    private let feed = RemovalFeed()

    /// Starts waiting and returns once this many wait.
    private func startWaiting(_ count: Int) async -> Task<Void, Never> {
        let feed = feed
        let generation = feed.generation
        let waiting = Task {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<count { group.addTask { await feed.wait(after: generation, timeout: .seconds(3600)) } }
            }
        }
        while feed.waiterCount < count { await Task.yield() }
        return waiting
    }

    @Test func `An announcement wakes everybody`() async {
        let waiting = await startWaiting(500)
        feed.announce()
        await waiting.value
        #expect(feed.waiterCount == 0)
    }

    @Test func `The end wakes everybody, and nobody waits after it`() async {
        let waiting = await startWaiting(3)
        feed.end()
        await waiting.value
        #expect(feed.isEnded)
        await feed.wait(after: feed.generation, timeout: .seconds(3600))
        #expect(feed.waiterCount == 0)
    }

    @Test func `A cancelled task stops waiting`() async {
        let waiting = await startWaiting(3)
        waiting.cancel()
        await waiting.value
        #expect(feed.waiterCount == 0)
    }

    @Test func `What was announced after the look is not waited for`() async {
        let generation = feed.generation
        feed.announce()
        await feed.wait(after: generation, timeout: .seconds(3600))
        #expect(feed.generation == generation + 1)
    }

    @Test func `The wait ends with its time`() async {
        await feed.wait(after: feed.generation, timeout: .milliseconds(1))
        #expect(feed.waiterCount == 0)
    }
}
