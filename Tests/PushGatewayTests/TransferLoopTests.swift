import Foundation
import PushGateway
import Testing

@Suite(.timeLimit(.minutes(5)))
struct TransferLoopTests {
    @Test func `A request carries its headers and its body`() async throws {
        let server = try ScriptedServer(.answer(httpAnswer()))
        defer { server.stop() }
        let harness = try LoopHarness()
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000)
        let results = await harness.send([try LoopHarness.request(7, port: server.port, body: body)])
        await harness.stop()

        #expect(results.map(\.token) == [7])
        #expect(results.map(\.outcome) == [.accepted])
        let request = try #require(server.requests.first)
        #expect(request.head.hasPrefix("POST /_matrix/push/v1/notify HTTP/1.1\r\n"))
        #expect(request.header("Content-Type") == "application/json")
        #expect(request.header("User-Agent") == "matrix-pusher/test")
        #expect(request.header("Host") == "127.0.0.1:\(server.port)")
        #expect(request.header("Expect") == nil)
        #expect(request.body == body)
    }

    @Test func `A connection is used again`() async throws {
        let server = try ScriptedServer(.answer(httpAnswer()))
        defer { server.stop() }
        let harness = try LoopHarness()
        for token in 1...5 as ClosedRange<UInt64> {
            _ = await harness.send([try LoopHarness.request(token, port: server.port)])
        }
        let results = await harness.finished(5)
        await harness.stop()
        #expect(results.map(\.outcome) == Array(repeating: .accepted, count: 5))
        #expect(server.connectionCount == 1)
        #expect(results[0].connectMilliseconds != nil)
        #expect(results[1].connectMilliseconds == nil)
        #expect(results.allSatisfy { $0.waitMilliseconds != nil })
    }

    @Test func `A slot that changes gateways sends to the new one`() async throws {
        let first = try ScriptedServer(.answer(httpAnswer()))
        let second = try ScriptedServer(.answer(httpAnswer()))
        defer {
            first.stop()
            second.stop()
        }
        let harness = try LoopHarness(capacity: 1)
        for round in 0..<3 as Range<UInt64> {
            _ = await harness.send([try LoopHarness.request(2 * round, port: first.port, path: "/first?a=1")])
            _ = await harness.send([
                try LoopHarness.request(
                    2 * round + 1, port: second.port, path: "/second", body: Array("{\"b\":2}".utf8))
            ])
        }
        let results = await harness.finished(6)
        await harness.stop()
        #expect(results.allSatisfy { $0.outcome == .accepted })
        #expect(first.requests.count == 3 && second.requests.count == 3)
        #expect(first.requests.allSatisfy { $0.head.hasPrefix("POST /first?a=1 ") && $0.body == Array("{}".utf8) })
        #expect(second.requests.allSatisfy { $0.head.hasPrefix("POST /second ") && $0.body == Array("{\"b\":2}".utf8) })
        #expect(second.requests.allSatisfy { $0.header("Host") == "127.0.0.1:\(second.port)" })
    }

    @Test func `No more than the capacity is in flight`() async throws {
        let server = try ScriptedServer { index, _ in
            index < 3 ? .answerThenStall("") : .answer(httpAnswer())
        }
        let harness = try LoopHarness(capacity: 3)
        harness.queue(try (1...8).map { try LoopHarness.request($0, port: server.port) })
        await server.waitForRequests(3)
        harness.loop.wake()
        #expect(harness.source.snapshot.queued.count == 5)
        #expect(harness.source.snapshot.largestCapacity == 3)
        server.stop()
        await harness.stop()
        #expect(server.requests.count == 3)
    }

    @Test func `503 reports Retry-After`() async throws {
        let server = try ScriptedServer(
            .answer(httpAnswer("503 Service Unavailable", headers: ["Retry-After: 120"], "")))
        defer { server.stop() }
        let harness = try LoopHarness()
        let results = await harness.send([try LoopHarness.request(port: server.port)])
        await harness.stop()
        #expect(results.map(\.outcome) == [.status(503, retryAfter: .seconds(120))])
    }

    @Test func `A Retry-After of an earlier answer is not taken over`() async throws {
        let server = try ScriptedServer { index, _ in
            .answer(httpAnswer("429 Slow Down", headers: index == 0 ? ["Retry-After: 7"] : [], "{}"))
        }
        defer { server.stop() }
        let harness = try LoopHarness(capacity: 1)
        _ = await harness.send([try LoopHarness.request(1, port: server.port)])
        let results = await harness.send([try LoopHarness.request(2, port: server.port)])
        await harness.stop()
        #expect(results.map(\.outcome) == [.status(429, retryAfter: .seconds(7)), .status(429, retryAfter: nil)])
    }

    @Test func `Our key in the rejected list is a rejection, others are counted`() async throws {
        let server = try ScriptedServer(.answer(httpAnswer("200 OK", "{\"rejected\":[\"other\",\"k\\u00e9y\"]}")))
        defer { server.stop() }
        let harness = try LoopHarness()
        let results = await harness.send([
            try LoopHarness.request(1, port: server.port, pushkey: "kéy"),
            try LoopHarness.request(2, port: server.port, pushkey: "mine"),
        ])
        await harness.stop()
        #expect(results.map(\.outcome) == [.rejected, .accepted])
        #expect(results.map(\.foreignRejectedKeys) == [1, 2])
    }

    @Test func `A redirect is not followed`() async throws {
        let target = try ScriptedServer(.answer(httpAnswer()))
        let location = "Location: http://127.0.0.1:\(target.port)/_matrix/push/v1/notify"
        let server = try ScriptedServer(.answer(httpAnswer("307 Temporary Redirect", headers: [location], "")))
        defer {
            server.stop()
            target.stop()
        }
        let harness = try LoopHarness()
        let results = await harness.send([try LoopHarness.request(port: server.port)])
        await harness.stop()
        #expect(results.map(\.outcome) == [.status(307, retryAfter: nil)])
        #expect(target.connectionCount == 0)
    }

    @Test func `Transfers that finish together come in as few exchanges as turns`() async throws {
        let server = try ScriptedServer(.answer(httpAnswer()))
        defer { server.stop() }
        let harness = try LoopHarness(capacity: 64)
        let results = await harness.send(try (1...500).map { try LoopHarness.request($0, port: server.port) })
        await harness.stop()
        #expect(results.map(\.token) == Array(1...500))
        #expect(results.allSatisfy { $0.outcome == .accepted })
        #expect(server.connectionCount <= 64)
        #expect(harness.source.snapshot.exchanges <= 502)
    }

    @Test func `The source is asked again after the time it gave`() async throws {
        let harness = try LoopHarness(pause: .milliseconds(5))
        await harness.source.wait { $0.exchanges >= 4 }
        await harness.stop()
        #expect(harness.source.snapshot.finished.isEmpty)
    }

    @Test func `A wake-up makes the loop ask its source`() async throws {
        let harness = try LoopHarness()
        await harness.source.wait { $0.exchanges >= 1 }
        for _ in 0..<5 {
            let count = harness.source.snapshot.exchanges
            harness.loop.wake()
            await harness.source.wait { $0.exchanges > count }
        }
        await harness.stop()
    }
}
