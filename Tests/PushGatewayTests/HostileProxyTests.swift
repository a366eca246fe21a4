import Foundation
import Testing

@testable import PushGateway

/// Forward proxies that do not do as they are told. What they say of a tunnel is not what the gateway says.
@Suite(.timeLimit(.minutes(5)))
struct HostileProxyTests {
    private func outcome(of reply: ScriptedServer.Reply, timeout: Duration = .seconds(20)) async throws
        -> GatewayOutcome
    {
        let proxy = try ScriptedServer(reply)
        defer { proxy.stop() }
        let via = try ForwardProxy("http://127.0.0.1:\(proxy.port)")
        let harness = try LoopHarness {
            $0.proxy = via
            $0.connectTimeout = timeout
        }
        let url = try GatewayURL("https://gateway.invalid\(GatewayURL.requiredPath)")
        let results = await harness.send([TransferRequest(token: 1, url: url, body: [], pushkey: "key")])
        await harness.stop()
        #expect(proxy.requests.allSatisfy { $0.head.hasPrefix("CONNECT gateway.invalid:443 HTTP/1.1\r\n") })
        #expect(proxy.bytesWritten < 16 << 20)
        return try #require(results.first).outcome
    }

    @Test(arguments: [
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 404 Not Found\r\n\r\n", "HTTP/1.1 407 Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n",
        "HTTP/1.1 413 Large\r\n\r\n", "HTTP/1.1 429 Slow\r\nRetry-After: 9\r\n\r\n", "HTTP/1.1 502 Bad\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n", "HTTP/1.1 103 Hints\r\n\r\n", "",
        "SSH-2.0\r\n\r\n",
        "HTTP/1.1 407 No\r\nTransfer-Encoding: deflate\r\n\r\n",
        "HTTP/1.1 502 Bad\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n{\"rejected\":[\"key\"]}",
        "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"rejected\":[\"key\"]}",
    ])
    func `A tunnel that does not come about is no answer`(answer: String) async throws {
        let outcome = try await outcome(of: .answerThenClose(answer))
        guard case .failed(let failure) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(failure.kind != .local)
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\n", "X-Header: some value\r\n"), ("HTTP/1.1 200 OK\r\nX: ", "x"),
        ("", "HTTP/1.1 100 Continue\r\n\r\n"), ("HTTP/1.1 200 OK\r\n\r\n", "x"),
        ("HTTP/1.1 403 Forbidden\r\n\r\n", "x"),
        ("HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
    ])
    func `A proxy that floods is cut off`(start: String, piece: String) async throws {
        let flood = Array(String(repeating: piece, count: 65_536 / piece.utf8.count).utf8)
        let outcome = try await outcome(of: .answerThenRepeat(Array(start.utf8), flood), timeout: .seconds(2))
        guard case .failed(let failure) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(failure.kind != .local)
    }

    @Test func `A proxy that is silent ends with the time to connect`() async throws {
        let outcome = try await outcome(of: .answerThenStall(""), timeout: .milliseconds(300))
        #expect(outcome.label == "timeout")
    }
}
