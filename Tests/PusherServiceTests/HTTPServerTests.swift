import Foundation
import Logging
import MatrixPusher
import NIOHTTP1
import Testing

@testable import PusherService

/// What goes over the wire, over a real socket.
@Suite struct HTTPServerTests {
    @Test func answersWithALengthAndKeepsTheConnection() async throws {
        try await withServer { path in
            let answers = try await blocking {
                let connection = try RawConnection(path)
                try connection.send("GET /item/a HTTP/1.1\r\nHost: x\r\n\r\n")
                let first = try connection.read(until: "\"a|-\"")
                try connection.send("GET /item/b?q=%C3%A9+1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                return (first, try connection.readToEnd())
            }
            #expect(
                answers.0 == "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n\"a|-\""
            )
            #expect(answers.1.hasSuffix("Content-Length: 8\r\nConnection: close\r\n\r\n\"b|é 1\""))
        }
    }

    @Test func answersPipelinedRequestsInOrder() async throws {
        try await withServer { path in
            let requests = (0..<200).map { "GET /item/\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined()
            let answers = try await exchange(path, requests, endsSending: true)
            let bodies = answers.split(separator: "\r\n").filter { $0.contains("|-") }.map {
                $0.prefix { $0 != "|" }.dropFirst()
            }
            #expect(bodies == (0..<200).map { "\($0)"[...] })
        }
    }

    @Test func answersHEADWithTheLengthOnly() async throws {
        try await withServer { path in
            let answer = try await exchange(path, "HEAD /item/abc HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(answer.contains("Content-Length: 7\r\n") && answer.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func understandsHTTP10() async throws {
        try await withServer { path in
            let closing = try await exchange(path, "GET /item/a HTTP/1.0\r\n\r\n")
            #expect(closing.contains("Connection: close"))
            let keeping = try await exchange(
                path, "GET /item/a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", endsSending: true)
            #expect(keeping.contains("Connection: keep-alive"))
        }
    }

    @Test(arguments: [
        ("GET /item/a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", "200 OK"),
        ("CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n", "4"),
    ])
    func closesAfterARequestBehindWhichNothingIsRead(request: String, status: String) async throws {
        try await withServer { path in
            let answer = try await exchange(path, request)
            #expect(answer.hasPrefix("HTTP/1.1 \(status)") && answer.contains("Connection: close"), "\(answer)")
        }
    }

    // MARK: Bodies

    @Test(arguments: [0, 1, 65_536, 300_000, 1_000_000])
    func takesABodyUpToTheLimit(size: Int) async throws {
        var limits = HTTPLimits()
        limits.maxBody = 1_000_000
        try await withServer(limits: limits) { path in
            let body = String(repeating: "x", count: size)
            let plain = try await exchange(
                path, "PUT /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: \(size)\r\n\r\n\(body)"
            )
            #expect(plain.hasSuffix("\r\n\r\n\(size)"))
            let chunks = size == 0 ? "" : "\(String(size, radix: 16))\r\n\(body)\r\n"
            let chunked = try await exchange(
                path,
                "PUT /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)0\r\n\r\n"
            )
            #expect(chunked.hasSuffix("\r\n\r\n\(size)"))
        }
    }

    @Test func refusesABodyAnnouncedAsTooLargeBeforeItComes() async throws {
        var limits = HTTPLimits()
        limits.maxBody = 1000
        try await withServer(limits: limits) { path in
            let answer = try await exchange(
                path, "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n"
            )
            #expect(answer.hasPrefix("HTTP/1.1 413 ") && answer.contains("\"errcode\":\"M_TOO_LARGE\""))
            #expect(answer.contains("Connection: close"))
        }
    }

    @Test func refusesAStreamedBodyThatGrowsTooLarge() async throws {
        var limits = HTTPLimits()
        limits.maxBody = 1000
        try await withServer(limits: limits) { path in
            let chunk = "1f4\r\n\(String(repeating: "x", count: 500))\r\n"
            let answer = try await exchange(
                path, "PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\(chunk)\(chunk)\(chunk)"
            )
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test func theAnswerToATooLargeBodyReachesAPeerThatIsStillSending() async throws {
        var limits = HTTPLimits()
        limits.maxBody = 1000
        try await withServer(limits: limits) { path in
            let body = String(repeating: "x", count: 2_000_000)
            let answer = try await exchange(
                path, "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n\(body)", endsSending: true
            )
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test func saysContinueToWhoAsks() async throws {
        try await withServer { path in
            let answer = try await blocking {
                let connection = try RawConnection(path)
                try connection.send(
                    "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
                _ = try connection.read(until: "HTTP/1.1 100 Continue\r\n\r\n")
                try connection.send("abc")
                return try connection.read(until: "\r\n\r\n3")
            }
            #expect(answer.hasPrefix("HTTP/1.1 200 OK"))
        }
    }

    @Test func answersAtOnceInPlaceOfContinueWhereThePathIsWrong() async throws {
        try await withServer { path in
            let answer = try await exchange(
                path, "PUT /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
            )
            #expect(answer.hasPrefix("HTTP/1.1 404 ") && answer.contains("Connection: close"))
        }
    }

    // MARK: Refusals

    static let refusals: [(request: String, status: Int, code: String)] = [
        ("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", 404, "M_UNRECOGNIZED"),
        ("GET /item/ HTTP/1.1\r\nHost: x\r\n\r\n", 404, "M_UNRECOGNIZED"),
        ("GET /item/a/ HTTP/1.1\r\nHost: x\r\n\r\n", 404, "M_UNRECOGNIZED"),
        ("DELETE /echo HTTP/1.1\r\nHost: x\r\n\r\n", 405, "M_UNRECOGNIZED"),
        ("GET /item/%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400, "M_INVALID_PARAM"),
        ("GET /item/%ff HTTP/1.1\r\nHost: x\r\n\r\n", 400, "M_INVALID_PARAM"),
        ("GET /full HTTP/1.1\r\nHost: x\r\n\r\n", 503, "M_UNKNOWN"),
        ("nonsense\r\n\r\n", 400, "M_UNKNOWN"),
        ("GET /item/a HTTP/2.0\r\n\r\n", 400, "M_UNKNOWN"),
        ("PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", 400, "M_UNKNOWN"),
        ("PUT /echo HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "M_UNKNOWN"),
        ("PUT /echo HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc", 400, "M_UNKNOWN"),
        ("GET /item/\(String(repeating: "a", count: 20_000)) HTTP/1.1\r\n\r\n", 431, "M_TOO_LARGE"),
        ("GET /item/a HTTP/1.1\r\nA: \(String(repeating: "a", count: 20_000))\r\n\r\n", 431, "M_TOO_LARGE"),
        ("GET /item/a HTTP/1.1\r\n\(String(repeating: "A: b\r\n", count: 101))\r\n", 431, "M_TOO_LARGE"),
    ]

    @Test(arguments: refusals)
    func refusesWithAMatrixError(request: String, status: Int, code: String) async throws {
        try await withServer { path in
            let answer = try await exchange(path, request, endsSending: true)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            #expect(answer.contains("\"errcode\":\"\(code)\""))
        }
    }

    @Test func saysWhenToTryAgain() async throws {
        try await withServer { path in
            let answer = try await exchange(path, "GET /full HTTP/1.1\r\nConnection: close\r\n\r\n")
            #expect(answer.contains("Retry-After: 2\r\n"))
        }
    }

    @Test func aRefusalKeepsTheConnection() async throws {
        try await withServer { path in
            let requests = "PUT /nothing HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /item/z HTTP/1.1\r\n\r\n"
            let answer = try await exchange(path, requests, endsSending: true)
            #expect(answer.hasPrefix("HTTP/1.1 404 ") && answer.hasSuffix("\"z|-\""))
        }
    }

    @Test func answersWhatCameBeforeTheNonsense() async throws {
        try await withServer { path in
            let answer = try await exchange(path, "GET /item/z HTTP/1.1\r\n\r\n\u{1}\u{2}\r\n\r\n", endsSending: true)
            #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.contains("\"z|-\"HTTP/1.1 400 "))
        }
    }

    // MARK: Time and number

    @Test(arguments: ["GET /item/a HT", "PUT /echo HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc"])
    func aSlowRequestIsRefused(part: String) async throws {
        var limits = HTTPLimits()
        limits.requestTimeout = .milliseconds(50)
        try await withServer(limits: limits) { path in
            let answer = try await exchange(path, part)
            #expect(answer.hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test(arguments: ["", "GET /item/a HTTP/1.1\r\n\r\n"])
    func anIdleConnectionIsClosed(before: String) async throws {
        var limits = HTTPLimits()
        limits.idleTimeout = .milliseconds(50)
        try await withServer(limits: limits) { path in
            let answer = try await exchange(path, before)
            #expect(answer.contains("\"a|-\"") == !before.isEmpty && !answer.contains("408"))
        }
    }

    @Test func refusesConnectionsBeyondTheLimit() async throws {
        var limits = HTTPLimits()
        limits.maxConnections = 1
        try await withServer(limits: limits) { path in
            let answers = try await blocking {
                let first = try RawConnection(path)
                try first.send("GET /item/a HTTP/1.1\r\n\r\n")
                _ = try first.read(until: "\"a|-\"")
                let second = try RawConnection(path).readToEnd()
                try first.send("GET /item/b HTTP/1.1\r\n\r\n")
                return (second, try first.read(until: "\"b|-\""))
            }
            #expect(answers.0.hasPrefix("HTTP/1.1 503 ") && answers.0.contains("Retry-After: 1\r\n"))
        }
    }

    @Test func aShutdownFinishesTheRequestUnderWay() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("s")
        let (entered, enter) = AsyncStream.makeStream(of: Void.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let route = Route(.GET, "/slow") { _ in
            enter.finish()
            for await _ in released {}
            return .empty
        }
        let server = try await HTTPServer.start(
            path: path, mode: 0o600, limits: HTTPLimits(), drainTimeout: .seconds(20), router: Router([route]),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let run = Task { try await server.run() }
        async let answer = exchange(path, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        for await _ in entered {}
        run.cancel()
        while FileManager.default.fileExists(atPath: path) { await Task.yield() }
        release.finish()
        #expect(try await answer.hasSuffix("\r\n\r\n{}"))
        try await run.value
    }
}
