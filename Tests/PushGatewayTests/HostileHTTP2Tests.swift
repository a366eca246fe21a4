import Foundation
import PushGateway
import Testing

/// Gateways that speak HTTP/2, up to a point. One at a time, as each is a process.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct HostileHTTP2Tests {
    private typealias Frame = HTTP2Frame
    private static let accepted = #"{"rejected":[]}"#
    private static let rejected = #"{"rejected":["key"]}"#
    private static let answered = Frame.headers(Frame.status200) + Frame.data(rejected)

    /// Sends requests over one connection to a server that answers with these frames after its settings.
    private func results(
        _ requests: Int = 1, answers: [[UInt8]], afterwards: [UInt8] = [], flood: [UInt8] = [],
        timeout: Duration = .seconds(20)
    ) async throws -> [FinishedTransfer] {
        let certificates = try TestCertificates.shared.get()
        let script = TLSServer.Script(
            answers: answers, afterwards: afterwards, flood: flood, countRequests: Frame.countRequests)
        let server = try await TLSServer.start(.good, of: certificates, options: ["-alpn", "h2"], script: script)
        defer { server.stop() }
        let harness = try LoopHarness {
            $0.responseTimeout = timeout
            $0.caFile = certificates.authority
        }
        let url = try GatewayURL("https://127.0.0.1:\(server.port)\(GatewayURL.requiredPath)")
        let results = await harness.send(
            (1...UInt64(requests)).map {
                TransferRequest(token: $0, url: url, body: Array("{}".utf8), pushkey: "key")
            })
        await harness.stop()
        #expect(server.received.range(of: Data("PRI * HTTP/2.0".utf8)) != nil)
        #expect(server.bytesWritten < 16 << 20)
        #expect(results.allSatisfy { .milliseconds($0.durationMilliseconds) < timeout + .seconds(5) })
        return results
    }

    private func label(
        _ answer: [UInt8], afterwards: [UInt8] = [], flood: [UInt8] = [], timeout: Duration = .seconds(20)
    ) async throws -> String {
        let results = try await results(
            answers: [Frame.settings + answer], afterwards: afterwards, flood: flood, timeout: timeout)
        return try #require(results.first).outcome.label
    }

    @Test(
        arguments: [
            ("nothing", []), ("GOAWAY", Frame.goAway(.none, lastStream: 1)),
            ("GOAWAY with an error", Frame.goAway(.internalError, lastStream: 1)),
            ("GOAWAY for the connection", Frame.goAway(.none, lastStream: 0)),
            ("RST_STREAM", Frame.reset(.none)), ("RST_STREAM with an error", Frame.reset(.internalError)),
            ("garbage", Array(repeating: 0xFF, count: 100)),
        ] as [(String, [UInt8])])
    func `A whole answer counts, whatever comes after`(what: String, frames: [UInt8]) async throws {
        #expect(try await label(Self.answered + frames) == "rejected")
    }

    @Test(
        arguments: [
            ("RST_STREAM", Frame.reset(.none)), ("RST_STREAM with an error", Frame.reset(.internalError)),
            ("GOAWAY and RST_STREAM", Frame.goAway(.internalError, lastStream: 1) + Frame.reset(.cancel)),
        ] as [(String, [UInt8])])
    func `A whole body counts, even if its end is not told`(what: String, frames: [UInt8]) async throws {
        let answer = Frame.headers(Frame.status200) + Frame.data(Self.rejected, ends: false)
        let label = try await label(answer, afterwards: frames)
        #expect(label == "rejected")
    }

    @Test(
        arguments: [
            ("RST_STREAM", Frame.reset(.none)), ("RST_STREAM, cancelled", Frame.reset(.cancel)),
            ("RST_STREAM with an error", Frame.reset(.internalError)),
            ("RST_STREAM after the head", Frame.headers(Frame.status200) + Frame.reset(.internalError)),
            (
                "RST_STREAM within the body",
                Frame.headers(Frame.status200) + Frame.data("{", ends: false) + Frame.reset(.cancel)
            ),
            ("RST_STREAM after a hint", Frame.headers(Frame.status("103")) + Frame.reset(.internalError)),
            ("GOAWAY and RST_STREAM", Frame.goAway(.internalError, lastStream: 1) + Frame.reset(.cancel)),
            ("a frame of another stream", Frame.data("{}", stream: 3)),
            ("a head without a status", Frame.headers([0x0F, 0x0D, 0x01, 0x30], ends: true)),
            ("a head that is no HPACK", Frame.headers([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], ends: true)),
            ("a status of zero", Frame.headers(Frame.status("000"), ends: true)),
            ("a status that is no number", Frame.headers(Frame.status("2xx"), ends: true)),
            ("garbage", Array(repeating: 0xFF, count: 100)),
        ] as [(String, [UInt8])])
    func `What ends without an answer is the connection's fault`(what: String, frames: [UInt8]) async throws {
        let label = try await label(frames)
        #expect(["transport", "protocol"].contains(label), "\(label)")
    }

    @Test(
        arguments: [
            ("GOAWAY", Frame.goAway(.none, lastStream: 1)),
            ("GOAWAY after the head", Frame.headers(Frame.status200) + Frame.goAway(.none, lastStream: 1)),
            (
                "GOAWAY within the body",
                Frame.headers(Frame.status200) + Frame.data("{", ends: false) + Frame.goAway(.none, lastStream: 1)
            ),
            ("a promise that was not asked for", Frame.frame(5, 4, stream: 1, [0, 0, 0, 2, 0x82])),
            ("nothing", []),
        ] as [(String, [UInt8])])
    func `An answer that is announced and does not come is waited for in vain`(what: String, frames: [UInt8])
        async throws
    {
        let label = try await label(frames, timeout: .milliseconds(500))
        #expect(label == "timeout")
    }

    @Test func `A status counts even if the stream is reset`() async throws {
        let label = try await label(Frame.headers(Frame.status("503")), afterwards: Frame.reset(.internalError))
        #expect(label == "http_503")
    }

    @Test(
        arguments: [
            (
                "DATA", Frame.headers(Frame.status200), Frame.data(String(repeating: "x", count: 16_384), ends: false),
                "accepted"
            ),
            ("hints", [], Frame.headers(Frame.status("103")), "protocol"),
            (
                "CONTINUATION", Frame.frame(1, 0, stream: 1, Frame.status200),
                Frame.frame(9, 0, stream: 1, Array(repeating: 0x88, count: 16_000)), nil
            ),
            ("empty CONTINUATION", Frame.frame(1, 0, stream: 1, Frame.status200), Frame.frame(9, 0, stream: 1), nil),
            // A name and value of 4 KB that is kept in the dynamic table and then repeated with one byte each.
            (
                "HPACK",
                Frame.headers(
                    Frame.status200 + [0x40, 0x01, 0x61, 0x7F, 0x81, 0x1E] + Array(repeating: 0x62, count: 4000)
                        + Array(repeating: 0xBE, count: 12_000)),
                Frame.frame(6, 0, Array(repeating: 0, count: 8)), nil
            ),
            ("PING", [], Frame.frame(6, 0, Array(repeating: 0, count: 8)), nil),
            ("SETTINGS", [], Frame.settings, nil),
        ] as [(String, [UInt8], [UInt8], String?)])
    func `A flood of frames is cut off`(what: String, start: [UInt8], frames: [UInt8], label expected: String?)
        async throws
    {
        let flood = Array(repeatElement(frames, count: max(1, 16_384 / frames.count)).joined())
        // What has its own limit reaches it long before, the others may go on until then.
        let label = try await label(start, flood: flood, timeout: .seconds(expected == nil ? 1 : 20))
        if let expected {
            #expect(label == expected)
        } else {
            #expect(["transport", "protocol", "timeout"].contains(label), "\(label)")
        }
    }

    @Test func `Requests that a GOAWAY leaves out are sent again`() async throws {
        let first = Frame.settings + Frame.acknowledgedSettings
        let second = Frame.headers(Frame.status200) + Frame.data(Self.accepted) + Frame.goAway(.none, lastStream: 1)
        let again = Frame.settings + Frame.headers(Frame.status200) + Frame.data(Self.accepted)
        let results = try await results(2, answers: [first, second, again])
        #expect(results.map(\.outcome) == [.accepted, .accepted])
    }

    @Test(arguments: [HTTP2Frame.goAway(.none, lastStream: 0), HTTP2Frame.reset(.refusedStream)])
    func `A server that refuses every request is not asked without end`(frames: [UInt8]) async throws {
        let answers = Array(repeating: HTTP2Frame.settings + frames, count: 100)
        let results = try await results(answers: answers)
        #expect(try #require(results.first).outcome.label == "transport")
    }
}
