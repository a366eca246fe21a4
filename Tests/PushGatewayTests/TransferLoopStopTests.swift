import PushGateway
import Testing

@Suite(.timeLimit(.minutes(5)))
struct TransferLoopStopTests {
    @Test func `Stopping lets what is in flight finish`() async throws {
        let gate = Gate()
        let server = try ScriptedServer { _, _ in
            gate.wait()
            return .answer(httpAnswer())
        }
        defer { server.stop() }
        let harness = try LoopHarness()
        harness.queue([try LoopHarness.request(1, port: server.port)])
        await server.waitForRequests(1)
        harness.loop.stop(drain: .seconds(30))
        gate.open()
        await harness.loop.ended()
        #expect(harness.source.snapshot.finished.map(\.outcome) == [.accepted])
    }

    @Test func `What has not finished by the deadline is cancelled`() async throws {
        let server = try ScriptedServer(.answerThenStall(""))
        defer { server.stop() }
        let harness = try LoopHarness()
        harness.queue(try (1...3).map { try LoopHarness.request($0, port: server.port) })
        await server.waitForRequests(3)
        harness.loop.stop(drain: .milliseconds(100))
        await harness.loop.ended()
        let finished = harness.source.snapshot.finished
        #expect(finished.map(\.outcome) == [.cancelled, .cancelled, .cancelled])
        #expect(finished.allSatisfy { $0.durationMilliseconds >= 100 && $0.durationMilliseconds < 30_000 })
    }

    @Test func `An earlier deadline shortens the drain`() async throws {
        let server = try ScriptedServer(.answerThenStall(""))
        defer { server.stop() }
        let harness = try LoopHarness()
        harness.queue([try LoopHarness.request(port: server.port)])
        await server.waitForRequests(1)
        harness.loop.stop(drain: .seconds(3600))
        harness.loop.stop(drain: .zero)
        harness.loop.stop(drain: .seconds(3600))
        await harness.loop.ended()
        #expect(harness.source.snapshot.finished.map(\.outcome) == [.cancelled])
    }

    @Test func `A deadline that is brought forward holds for a loop in its drain`() async throws {
        let gate = Gate()
        let server = try ScriptedServer { index, _ in
            guard index == 0 else { return .answerThenStall("") }
            gate.wait()
            return .answer(httpAnswer())
        }
        defer { server.stop() }
        let harness = try LoopHarness()
        harness.queue(try (1...2).map { try LoopHarness.request($0, port: server.port) })
        await server.waitForRequests(2)
        harness.loop.stop(drain: .seconds(3600))
        gate.open()
        // The loop is in its drain when it hands this over.
        _ = await harness.finished(1)
        harness.loop.stop(drain: .zero)
        await harness.loop.ended()
        let cancelled = try #require(harness.source.snapshot.finished.last)
        #expect(cancelled.outcome == .cancelled)
        #expect(cancelled.durationMilliseconds < 30_000)
    }

    @Test func `Nothing new is started while stopping`() async throws {
        let server = try ScriptedServer(.answerThenStall(""))
        defer { server.stop() }
        let harness = try LoopHarness()
        harness.queue([try LoopHarness.request(1, port: server.port)])
        await server.waitForRequests(1)
        harness.loop.stop(drain: .milliseconds(50))
        harness.queue([try LoopHarness.request(2, port: server.port)])
        await harness.loop.ended()
        #expect(harness.source.snapshot.queued.map(\.token) == [2])
        #expect(server.requests.count == 1)
    }

    @Test func `A loop that is stopped before it starts ends at once`() async throws {
        let loop = try TransferLoop(configuration: GatewayClientConfiguration(version: "test"), capacity: 1)
        loop.stop(drain: .seconds(3600))
        let source = LoopHarness.Source(pause: nil)
        try loop.start(source: source)
        await loop.ended()
        #expect(source.snapshot.exchanges == 0)
    }

    @Test func `The source is let go when the thread has ended`() async throws {
        let loop = try TransferLoop(configuration: GatewayClientConfiguration(version: "test"), capacity: 1)
        var source: LoopHarness.Source? = LoopHarness.Source(pause: nil)
        weak let weakSource = source
        try loop.start(source: try #require(source))
        await source?.wait { $0.exchanges >= 1 }
        source = nil
        #expect(weakSource != nil)
        loop.stop(drain: .zero)
        loop.join()
        loop.join()
        #expect(weakSource == nil)
        loop.wake()
    }
}
