import Foundation
import PushGateway
import Testing

@Suite(.timeLimit(.minutes(5)))
struct TransferLoopFailureTests {
    /// Sends one request to a server that gives this reply.
    private func outcome(
        of reply: ScriptedServer.Reply, _ adjust: (inout GatewayClientConfiguration) -> Void = { _ in }
    ) async throws -> GatewayOutcome {
        let server = try ScriptedServer(reply)
        defer { server.stop() }
        let harness = try LoopHarness(adjust)
        let results = await harness.send([try LoopHarness.request(port: server.port)])
        await harness.stop()
        return try #require(results.first).outcome
    }

    private func failureKind(_ outcome: GatewayOutcome) -> TransferFailure.Kind? {
        if case .failed(let failure) = outcome { failure.kind } else { nil }
    }

    @Test(arguments: [
        "",
        "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"reject",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    ])
    func `A reset before the whole answer is a transport failure`(answer: String) async throws {
        let outcome = try await outcome(of: .answerThenReset(answer))
        #expect(failureKind(outcome) == .transport)
    }

    @Test func `A connection closed within the answer is a transport failure`() async throws {
        let outcome = try await outcome(of: .answerThenClose("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"reject"))
        #expect(failureKind(outcome) == .transport)
    }

    @Test func `A stall after a whole answer is a success`() async throws {
        let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nf\r\n{\"rejected\":[]}\r\n"
        let outcome = try await outcome(of: .answerThenStall(answer)) { $0.responseTimeout = .seconds(3) }
        #expect(outcome == .accepted)
    }

    @Test func `A close after a whole answer is a success, and so is a rejection in it`() async throws {
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"rejected\":[\"key\"]}"
        #expect(try await outcome(of: .answerThenClose(answer)) == .rejected)
    }

    @Test func `A status other than 2xx counts even if its body breaks off`() async throws {
        let answer = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 99\r\n\r\n<html>"
        #expect(try await outcome(of: .answerThenReset(answer)) == .status(502, retryAfter: nil))
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"reject"])
    func `No whole answer in time is a timeout`(answer: String) async throws {
        let outcome = try await outcome(of: .answerThenStall(answer)) { $0.responseTimeout = .milliseconds(150) }
        #expect(failureKind(outcome) == .timeout)
    }

    @Test func `An oversized 200 body is an acceptance`() async throws {
        let body = "{\"rejected\":[\"key\"],\"pad\":\"" + String(repeating: "x", count: 5000) + "\"}"
        let outcome = try await outcome(of: .answer(httpAnswer("200 OK", body))) { $0.maximumResponseSize = 4096 }
        #expect(outcome == .accepted)
    }

    @Test func `An oversized error body leaves the status`() async throws {
        let body = String(repeating: "x", count: 5000)
        let outcome = try await outcome(of: .answer(httpAnswer("500 Oops", body))) { $0.maximumResponseSize = 4096 }
        #expect(outcome == .status(500, retryAfter: nil))
    }

    @Test func `A body of exactly the limit is read`() async throws {
        let start = "{\"rejected\":[\"key\"],\"pad\":\""
        let body = start + String(repeating: "x", count: 4096 - start.utf8.count - 2) + "\"}"
        let outcome = try await outcome(of: .answer(httpAnswer("200 OK", body))) { $0.maximumResponseSize = 4096 }
        #expect(outcome == .rejected)
    }

    @Test(arguments: ["SSH-2.0-OpenSSH_9.2\r\n", "HTTP/9.9 200 OK\r\n\r\n", "\0\0\0\0\r\n\r\n"])
    func `What is no HTTP answer is a protocol failure`(answer: String) async throws {
        let outcome = try await outcome(of: .answerThenClose(answer))
        #expect(failureKind(outcome) == .protocolError)
    }

    @Test func `A server that does not speak TLS is a TLS failure`() async throws {
        let server = try ScriptedServer(.answer(httpAnswer()))
        defer { server.stop() }
        let harness = try LoopHarness { $0.connectTimeout = .milliseconds(300) }
        let url = try GatewayURL("https://127.0.0.1:\(server.port)/_matrix/push/v1/notify")
        harness.queue([TransferRequest(token: 1, url: url, body: [], pushkey: "key")])
        let results = await harness.finished(1)
        await harness.stop()
        let kind = failureKind(try #require(results.first).outcome)
        #expect(kind == .tls || kind == .timeout)
    }

    @Test func `A closed port is a connect failure that names the system's error`() async throws {
        let server = try ScriptedServer(.answer(httpAnswer()))
        server.stop()
        let harness = try LoopHarness()
        let results = await harness.send([try LoopHarness.request(port: server.port)])
        await harness.stop()
        let outcome = try #require(results.first).outcome
        #expect(failureKind(outcome) == .connect)
        #expect(outcome.reason == "connect: Couldn't connect to server (Connection refused)")
    }

    @Test func `Plain http is refused where it is not allowed`() async throws {
        let server = try ScriptedServer(.answer(httpAnswer()))
        defer { server.stop() }
        let harness = try LoopHarness { $0.allowHTTP = false }
        let results = await harness.send([try LoopHarness.request(port: server.port)])
        await harness.stop()
        #expect(failureKind(try #require(results.first).outcome) == .protocolError)
        #expect(server.connectionCount == 0)
    }
}
