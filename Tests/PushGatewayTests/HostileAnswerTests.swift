import Foundation
import PushGateway
import Testing

/// Answers that HTTP does not know, and what they come to. Each is followed by the end of the connection.
@Suite(.timeLimit(.minutes(5)))
struct HostileAnswerTests {
    private static let rejection = "{\"rejected\":[\"key\"]}"
    private static let length = "Content-Length: \(rejection.utf8.count)\r\n"

    private func outcome(of reply: ScriptedServer.Reply) async throws -> GatewayOutcome {
        let server = try ScriptedServer(reply)
        defer { server.stop() }
        let harness = try LoopHarness { $0.responseTimeout = .seconds(5) }
        let results = await harness.send([try LoopHarness.request(port: server.port)])
        await harness.stop()
        let result = try #require(results.first)
        #expect(result.durationMilliseconds < 5000)
        return result.outcome
    }

    @Test(arguments: [
        // HTTP/0.9, other protocols, other versions.
        ("{\"rejected\":[]}", "protocol"), ("<html></html>", "protocol"),
        ("220 mail.example.org ESMTP\r\n", "protocol"),
        ("\0\0\u{12}\u{4}\0\0\0\0\0", "protocol"), ("HTTP/3.0 200 OK\r\n\r\n{}", "protocol"),
        ("RTSP/1.0 200 OK\r\n\r\n{}", "protocol"), ("\r\n\r\n", "protocol"),
        // Status lines without a status.
        ("HTTP/1.1\r\n\r\n{}", "protocol"), ("HTTP/1.1 \r\n\r\n{}", "protocol"), ("HTTP/1.1 OK\r\n\r\n{}", "protocol"),
        ("HTTP/1.1 -1 OK\r\n\r\n{}", "protocol"), ("HTTP/1.1 20 OK\r\n\r\n{}", "protocol"),
        ("HTTP/1.1 2e2 OK\r\n\r\n{}", "protocol"), ("HTTP/1.1 000 OK\r\n\r\n{}", "protocol"),
        ("HTTP/1.1 099 OK\r\n\r\n{}", "protocol"),
        // Nothing, or nothing but the beginning.
        ("", "transport"), ("H", "transport"), ("HTTP/1.1 20", "transport"),
        ("HTTP/1.1 200 OK\r\n", "transport"), ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", "transport"),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n", "transport"),
        // Lines that are no headers.
        ("HTTP/1.1 200 OK\r\nno colon\r\n\r\n{}", "protocol"),
        // Interim answers without a final one; 101 changes to a protocol that nobody asked for.
        ("HTTP/1.1 100 Continue\r\n\r\n", "transport"), ("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", "transport"),
        ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", "transport"),
        ("HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: deflate\r\n\r\n", "protocol"),
    ])
    func `What is no answer blames the gateway`(answer: String, label: String) async throws {
        let outcome = try await outcome(of: .answerThenClose(answer))
        #expect(outcome.label == label)
    }

    @Test(arguments: [
        // Odd, but complete: the status decides.
        ("HTTP/1.1 200\r\n\r\n\(rejection)", "rejected"), ("HTTP/1.0 200 OK\r\n\r\n\(rejection)", "rejected"),
        ("HTTP/1.1 200 OK\n\n\(rejection)", "rejected"), ("HTTP/1.1 299 ?\r\n\r\n\(rejection)", "rejected"),
        ("HTTP/1.1 304 Not Modified\r\n\r\n", "http_3xx"), ("HTTP/1.1 429 \r\n\r\n", "http_429"),
        ("HTTP/1.1 600 Beyond\r\n\r\n", "http_other"), ("HTTP/1.1 999 Beyond\r\n\r\n", "http_other"),
        // Interim answers before the final one.
        ("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n\(length)\r\n\(rejection)", "rejected"),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 503 No\r\n\r\n", "http_503"),
        // Two answers to one request: the second is none.
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 500 No\r\n\r\n", "accepted"),
        // Transfer codings: garbage, trailers, a length beside them.
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}", "transport"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}", "transport"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n{}", "transport"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\nX: y\r\n\r\n", "accepted"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n\(rejection)\r\nzz", "rejected"),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n\(rejection)\r\n0\r\n\r\n",
            "rejected"
        ),
        // Lengths: too short leaves an unreadable body, too long one that is whole all the same.
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n\(rejection)", "accepted"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n\(rejection)", "accepted"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n\(rejection)", "rejected"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{\"reject", "transport"),
        ("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n\(rejection)", "protocol"),
        ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n\(rejection)", "protocol"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n\(rejection)", "rejected"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 20\r\nContent-Length: 20\r\n\r\n\(rejection)", "rejected"),
        ("HTTP/1.1 503 No\r\nContent-Length: -5\r\n\r\n", "http_503"),
        // A status that has no body, with one.
        ("HTTP/1.1 204 No Content\r\n\(length)\r\n\(rejection)", "accepted"),
        // Headers without a name, and in the old way of two lines.
        ("HTTP/1.1 200 OK\r\n: empty\r\nX: y\r\n folded\r\n\(length)\r\n\(rejection)", "rejected"),
    ])
    func `What is odd comes to what its status and body say`(answer: String, label: String) async throws {
        let outcome = try await outcome(of: .answerThenClose(answer))
        #expect(outcome.label == label)
    }

    @Test func `Of two lengths that differ none makes more of the answer than a 200`() async throws {
        let lengths = "Content-Length: 5\r\nContent-Length: 20\r\n"
        let outcome = try await outcome(of: .answerThenClose("HTTP/1.1 200 OK\r\n\(lengths)\r\n\(Self.rejection)"))
        #expect(["accepted", "rejected", "protocol"].contains(outcome.label))
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"reject"])
    func `A connection closed in one direction is a transport failure`(answer: String) async throws {
        let outcome = try await outcome(of: .answerThenHalfClose(answer))
        #expect(outcome.label == "transport")
    }

    @Test func `A connection closed in one direction after the answer is a success`() async throws {
        #expect(try await outcome(of: .answerThenHalfClose(httpAnswer())).label == "accepted")
    }

    @Test(arguments: ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "SSH-2.0-OpenSSH_9.2\r\n"])
    func `A server that speaks first is bounded as well`(greeting: String) async throws {
        let server = try ScriptedServer(greeting: .answerThenStall(greeting)) { _, _ in .answer("") }
        defer { server.stop() }
        let harness = try LoopHarness { $0.responseTimeout = .milliseconds(500) }
        let results = await harness.send([try LoopHarness.request(port: server.port)])
        await harness.stop()
        #expect(["accepted", "protocol", "timeout"].contains(try #require(results.first).outcome.label))
    }

    @Test func `An interim answer's Retry-After is not taken for the final one's`() async throws {
        let hint = "HTTP/1.1 103 Early Hints\r\nRetry-After: 5\r\n\r\n"
        let outcome = try await outcome(of: .answerThenClose(hint + httpAnswer("503 No", "")))
        #expect(outcome == .status(503, retryAfter: nil))
    }

    @Test(arguments: [
        ("99999999999999999999999999", 3_155_760_000), ("Fri, 31 Dec 9999 23:59:59 GMT", 3_155_760_000), ("0", 0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ])
    func `A Retry-After of any size is a time`(value: String, seconds: Int64) async throws {
        let outcome = try await outcome(
            of: .answerThenClose(httpAnswer("429 Slow Down", headers: ["Retry-After: \(value)"], "")))
        #expect(outcome == .status(429, retryAfter: .seconds(seconds)))
    }

    @Test(arguments: ["-1", "1e9", "soon", String(repeating: "9", count: 60_000)])
    func `A Retry-After that is no time is none`(value: String) async throws {
        let outcome = try await outcome(
            of: .answerThenClose(httpAnswer("429 Slow Down", headers: ["Retry-After: \(value)"], "")))
        #expect(outcome == .status(429, retryAfter: nil))
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `No redirect is followed`(status: Int) async throws {
        let target = try ScriptedServer(.answer(httpAnswer()))
        defer { target.stop() }
        let location = "Location: http://127.0.0.1:\(target.port)/_matrix/push/v1/notify"
        let outcome = try await outcome(of: .answerThenClose(httpAnswer("\(status) Moved", headers: [location], "")))
        #expect(outcome == .status(status, retryAfter: nil))
        #expect(target.connectionCount == 0)
    }
}
