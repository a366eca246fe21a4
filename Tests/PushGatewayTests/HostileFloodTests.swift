import Foundation
import PushGateway
import Testing

/// Gateways that never come to an end: bounded in time, and in what is read of them.
@Suite(.timeLimit(.minutes(5)))
struct HostileFloodTests {
    /// What loopback connections take in their buffers, libcurl's, and then some: far from endless.
    private static let buffered = 16 << 20

    /// Sends one request to a server that floods it; asserts that the transfer ends soon and little is read.
    private func outcome(
        of reply: ScriptedServer.Reply, timeout: Duration = .seconds(20)
    ) async throws -> GatewayOutcome {
        let server = try ScriptedServer(reply)
        defer { server.stop() }
        let harness = try LoopHarness { $0.responseTimeout = timeout }
        let results = await harness.send([try LoopHarness.request(port: server.port)])
        await harness.stop()
        let result = try #require(results.first)
        #expect(.milliseconds(result.durationMilliseconds) < timeout + .seconds(5))
        #expect(server.bytesWritten < Self.buffered)
        #expect(server.connectionCount == 1)
        return result.outcome
    }

    private static func bytes(_ text: String, times: Int = 1) -> [UInt8] {
        Array(String(repeating: text, count: times).utf8)
    }

    @Test(arguments: [
        // Lines of a head, short and long, after the status and before it; a line that never ends.
        ("HTTP/1.1 200 OK\r\n", "a:\r\n", "protocol"), ("HTTP/1.1 200 OK\r\n", "X-Header: some value\r\n", "protocol"),
        ("HTTP/1.1 200 OK\r\nX: ", "x", "protocol"), ("HTTP/1.1 200 ", "x", "protocol"),
        ("HTTP/1.1 200 OK\r\nX: y\r\n", " folded\r\n", "protocol"),
        // Interim answers.
        ("", "HTTP/1.1 100 Continue\r\n\r\n", "protocol"),
        ("", "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n", "protocol"),
        // Bodies, with and without a length, in chunks; the status is what is left.
        ("HTTP/1.1 200 OK\r\n\r\n", "x", "accepted"), ("HTTP/1.1 200 OK\r\n\r\n", "[", "accepted"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n", "x", "accepted"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n", "accepted"),
        ("HTTP/1.1 500 Oops\r\n\r\n", "x", "http_500"), ("HTTP/1.1 302 Found\r\n\r\n", "x", "http_3xx"),
        // Trailers after a whole body.
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n{\"rejected\":[\"key\"]}\r\n0\r\n", "X: y\r\n",
            "rejected"
        ),
    ])
    func `A flood is cut off`(start: String, piece: String, label: String) async throws {
        let piece = Self.bytes(piece, times: max(1, 65_536 / piece.utf8.count))
        let outcome = try await outcome(of: .answerThenRepeat(Self.bytes(start), piece))
        #expect(outcome.label == label)
    }

    @Test(arguments: [
        ("", "x"), ("HTTP/1.1 200 OK\r\n", "X: y\r\n"), ("", "HTTP/1.1 102 Processing\r\n\r\n"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", "x"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", "x"),
    ])
    func `A drip ends with the time for an answer`(start: String, piece: String) async throws {
        let drip = ScriptedServer.Reply.answerThenRepeat(Self.bytes(start), Self.bytes(piece), pause: .milliseconds(20))
        let outcome = try await outcome(of: drip, timeout: .milliseconds(400))
        #expect(outcome.label == "timeout" || outcome.label == "protocol" && start == "")
    }

    @Test func `A drip in a TLS handshake ends with the time to connect`() async throws {
        // The head of a long handshake record, and its bytes one by one.
        let server = try ScriptedServer(
            greeting: .answerThenRepeat([0x16, 3, 3, 0x40, 0], [2], pause: .milliseconds(20))
        ) { _, _ in .answer("") }
        defer { server.stop() }
        let harness = try LoopHarness { $0.connectTimeout = .milliseconds(400) }
        let url = try GatewayURL("https://127.0.0.1:\(server.port)\(GatewayURL.requiredPath)")
        let results = await harness.send([TransferRequest(token: 1, url: url, body: [], pushkey: "key")])
        await harness.stop()
        let result = try #require(results.first)
        #expect(["tls", "timeout"].contains(result.outcome.label))
        #expect(result.durationMilliseconds < 5000)
    }

    @Test func `One that floods does not hold up another`() async throws {
        let hostile = try ScriptedServer(
            .answerThenRepeat(Self.bytes("HTTP/1.1 200 OK\r\n\r\n"), Self.bytes("x"), pause: .milliseconds(20)))
        let healthy = try ScriptedServer(.answer(httpAnswer()))
        defer {
            hostile.stop()
            healthy.stop()
        }
        let harness = try LoopHarness(capacity: 8)
        harness.queue(try (1...4).map { try LoopHarness.request($0, port: hostile.port) })
        await hostile.waitForRequests(4)
        harness.queue(try (5...104).map { try LoopHarness.request($0, port: healthy.port) })
        let results = await harness.finished(100)
        #expect(results.map(\.token) == Array(5...104))
        #expect(results.allSatisfy { $0.outcome == .accepted && $0.durationMilliseconds < 5000 })
        await harness.stop()
    }

    // MARK: Compression

    /// `{"rejected":["key"]}` as gzip, stored without compression.
    private static let compressedRejection: [UInt8] = {
        let text = Array("{\"rejected\":[\"key\"]}".utf8)
        var crc: UInt32 = ~0
        for byte in text {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        let length = UInt8(text.count)
        var gzip: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1, length, 0, ~length, 255]
        gzip += text
        for shift in [0, 8, 16, 24] as [UInt32] { gzip.append(UInt8(truncatingIfNeeded: ~crc >> shift)) }
        return gzip + [length, 0, 0, 0]
    }()

    @Test func `No compression is asked for`() async throws {
        let server = try ScriptedServer(.answer(httpAnswer()))
        defer { server.stop() }
        let harness = try LoopHarness()
        _ = await harness.send([try LoopHarness.request(port: server.port)])
        await harness.stop()
        let request = try #require(server.requests.first)
        #expect(request.header("Accept-Encoding") == nil)
        #expect(request.header("TE") == nil)
    }

    @Test(arguments: [
        "Content-Encoding: gzip", "Transfer-Encoding: gzip", "transfer-encoding:gzip",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip", "Transfer-Encoding: br", "Transfer-Encoding: zstd",
        "Transfer-Encoding: x-unheard-of",
    ])
    func `What comes compressed is not read, even where libcurl would decode it`(coding: String) async throws {
        let head = "HTTP/1.1 200 OK\r\n\(coding)\r\n\r\n"
        #expect(
            try await outcome(of: .answerThenRepeat(Self.bytes(head), Self.compressedRejection, times: 1)) == .accepted)
    }

    @Test(arguments: ["Content-Encoding: gzip", "Transfer-Encoding: gzip"])
    func `A bomb is no more than a body that is too long`(coding: String) async throws {
        // A deflate block that begins with a zero and then says "the last byte 258 times more" in 13 bits without end,
        // which makes a pattern of 13 bytes.
        let code = "1100010100000"
        let bits = Array("010" + "00110000" + String(repeating: code, count: 16))
        let bytes: [UInt8] = (0..<26).map { index in
            var byte: UInt8 = 0
            for bit in 0..<8 where bits[8 * index + bit] == "1" { byte |= 1 << UInt8(bit) }
            return byte
        }
        let head = Self.bytes("HTTP/1.1 200 OK\r\n\(coding)\r\n\r\n") + [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        let pattern = Array(repeatElement(bytes[13...], count: 5000).joined())
        #expect(try await outcome(of: .answerThenRepeat(head + bytes[..<13], pattern)) == .accepted)
    }
}
