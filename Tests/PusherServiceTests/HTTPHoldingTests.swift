import Foundation
import MatrixPusher
import NIOHTTP1
import Testing

@testable import PusherService

/// Peers that take memory, time or places, and what that does to the others.
@Suite struct HTTPHoldingTests {
    /// Little enough memory for a test to fill, and more time than a busy machine needs.
    private static var limits: HTTPLimits {
        var limits = HTTPLimits()
        limits.maxBody = 10_000
        limits.smallSize = 1000
        limits.allBodies = 10_000
        limits.allAnswers = 1_000_000
        limits.requestTimeout = .seconds(600)
        limits.bodyTimeout = .seconds(600)
        limits.answerTimeout = .seconds(600)
        return limits
    }

    private static let routes =
        TestRoutes.all + [
            Route(.GET, "/large") { _ in HTTPResponse(body: [UInt8](repeating: 0x20, count: 900_000)) }
        ]

    private static func put(_ size: Int, fields: String = "") -> String {
        "PUT /echo HTTP/1.1\r\nConnection: close\r\nContent-Length: \(size)\r\n\(fields)\r\n"
    }

    private static func bytes(_ count: Int) -> String { String(repeating: "x", count: count) }

    /// The connection has had its turn: the server has dealt with all that came before.
    private static func expectServed(_ path: String) throws {
        let other = try RawConnection(path)
        try other.send("GET /item/a HTTP/1.1\r\nConnection: close\r\n\r\n")
        #expect(try other.readToEnd().hasPrefix("HTTP/1.1 200 "))
        let small = try RawConnection(path)
        try small.send(put(1000) + bytes(1000))
        #expect(try small.readToEnd().hasSuffix("\r\n\r\n1000"))
    }

    /// Asks until there is room; that others are gone is seen a moment later.
    private static func waitForLargeAnswer(_ path: String) throws {
        let deadline = ContinuousClock.now + .seconds(10)
        var answer = ""
        while answer.utf8.count < 900_000 {
            try #require(ContinuousClock.now < deadline, "\(answer.prefix(300))")
            let connection = try RawConnection(path)
            try connection.send("GET /large HTTP/1.1\r\nConnection: close\r\n\r\n")
            answer = try connection.readToEnd()
        }
    }

    @Test func aLargeBodyWaitsUntilOthersHaveFinished() async throws {
        try await withServer(limits: Self.limits, routes: Self.routes) { path in
            try await blocking {
                let first = try RawConnection(path)
                try first.send(Self.put(10_000, fields: "Expect: 100-continue\r\n"))
                _ = try first.read(until: "100 Continue")
                let second = try RawConnection(path)
                try second.send(Self.put(8000, fields: "Expect: 100-continue\r\n"))
                try Self.expectServed(path)
                #expect(!second.hasAnswer)
                try first.send(Self.bytes(10_000))
                #expect(try first.readToEnd().hasSuffix("\r\n\r\n10000"))
                _ = try second.read(until: "100 Continue")
                try second.send(Self.bytes(8000))
                #expect(try second.readToEnd().hasSuffix("\r\n\r\n8000"))
            }
        }
    }

    @Test func aBodyInChunksWaitsToo() async throws {
        try await withServer(limits: Self.limits, routes: Self.routes) { path in
            try await blocking {
                let first = try RawConnection(path)
                try first.send(Self.put(10_000, fields: "Expect: 100-continue\r\n"))
                _ = try first.read(until: "100 Continue")
                let second = try RawConnection(path)
                try second.send("PUT /echo HTTP/1.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n")
                for _ in 0..<4 { try second.send("7d0\r\n\(Self.bytes(2000))\r\n") }
                try Self.expectServed(path)
                try first.send(Self.bytes(10_000))
                #expect(try first.readToEnd().hasSuffix("\r\n\r\n10000"))
                try second.send("0\r\n\r\n")
                #expect(try second.readToEnd().hasSuffix("\r\n\r\n8000"))
            }
        }
    }

    @Test func aLargeBodyThatFindsNoRoomInTimeIsToldToComeAgain() async throws {
        var limits = Self.limits
        limits.requestTimeout = .milliseconds(50)
        try await withServer(limits: limits, routes: Self.routes) { path in
            try await blocking {
                let first = try RawConnection(path)
                try first.send(Self.put(10_000, fields: "Expect: 100-continue\r\n"))
                _ = try first.read(until: "100 Continue")
                let second = try RawConnection(path)
                try second.send(Self.put(8000, fields: "Expect: 100-continue\r\n"))
                let refusal = try second.readToEnd()
                #expect(refusal.hasPrefix("HTTP/1.1 503 ") && refusal.contains("Retry-After: 1\r\n"), "\(refusal)")
                try first.send(Self.bytes(10_000))
                #expect(try first.readToEnd().hasSuffix("\r\n\r\n10000"))
            }
        }
    }

    @Test(arguments: [true, false])
    func whoHoldsRoomAndDoesNotUseItLosesIt(closes: Bool) async throws {
        var limits = Self.limits
        if !closes { limits.bodyTimeout = .seconds(2) }
        try await withServer(limits: limits, routes: Self.routes) { path in
            try await blocking {
                var first: RawConnection? = try RawConnection(path)
                try first?.send(Self.put(10_000, fields: "Expect: 100-continue\r\n"))
                _ = try first?.read(until: "100 Continue")
                let second = try RawConnection(path)
                try second.send(Self.put(8000) + Self.bytes(8000))
                if closes { first = nil }
                #expect(try second.readToEnd().hasSuffix("\r\n\r\n8000"))
                if let first { #expect(try first.readToEnd().contains("HTTP/1.1 408 ")) }
            }
        }
    }

    @Test func aLargeBodyThatNobodyReadsNeedsNoRoom() async throws {
        try await withServer(limits: Self.limits, routes: Self.routes) { path in
            try await blocking {
                let first = try RawConnection(path)
                try first.send(Self.put(10_000, fields: "Expect: 100-continue\r\n"))
                _ = try first.read(until: "100 Continue")
                let second = try RawConnection(path)
                try second.send("PUT /nothing HTTP/1.1\r\nConnection: close\r\nContent-Length: 9000\r\n\r\n")
                try second.send(Self.bytes(9000))
                #expect(try second.readToEnd().hasPrefix("HTTP/1.1 404 "))
            }
        }
    }

    // MARK: Answers

    @Test(arguments: [true, false])
    func answersThatNobodyTakesAreBounded(closes: Bool) async throws {
        try await withServer(limits: Self.limits, routes: Self.routes) { path in
            try await blocking {
                let request = "GET /large HTTP/1.1\r\nConnection: close\r\n\r\n"
                var first: RawConnection? = try RawConnection(path)
                try first?.send(request)
                _ = try first?.read(until: "200 OK")
                let second = try RawConnection(path)
                try second.send(request)
                let refusal = try second.readToEnd()
                #expect(refusal.hasPrefix("HTTP/1.1 503 ") && refusal.contains("Retry-After: 1\r\n"), "\(refusal)")
                try Self.expectServed(path)
                if closes { first = nil } else { _ = try first?.readToEnd() }
                try Self.waitForLargeAnswer(path)
            }
        }
    }

    @Test func whoDoesNotTakeAnAnswerIsDropped() async throws {
        var limits = Self.limits
        limits.answerTimeout = .milliseconds(50)
        try await withServer(limits: limits, routes: Self.routes) { path in
            try await blocking {
                let first = try RawConnection(path)
                try first.send(String(repeating: "GET /large HTTP/1.1\r\n\r\n", count: 20))
                _ = try first.read(until: "200 OK")
                try Self.waitForLargeAnswer(path)
                #expect(try first.readToEnd().utf8.count < 900_000)
            }
        }
    }

    // MARK: Places

    @Test func anIdleConnectionMakesRoomForAnother() async throws {
        var limits = Self.limits
        limits.maxConnections = 1
        limits.patience = .zero
        try await withServer(limits: limits) { path in
            try await blocking {
                let idle = try RawConnection(path)
                try idle.send("GET /item/a HTTP/1.1\r\n\r\n")
                _ = try idle.read(until: "\"a|-\"")
                let other = try RawConnection(path)
                try other.send("GET /item/b HTTP/1.1\r\n\r\n")
                _ = try other.read(until: "\"b|-\"")
                #expect(try idle.readToEnd().isEmpty)
            }
        }
    }

    @Test func anUnfinishedRequestMakesRoomWhereNoneIsIdle() async throws {
        var limits = Self.limits
        limits.maxConnections = 1
        limits.patience = .zero
        try await withServer(limits: limits) { path in
            try await blocking {
                let slow = try RawConnection(path)
                try slow.send(Self.put(900, fields: "Expect: 100-continue\r\n"))
                _ = try slow.read(until: "100 Continue")
                let other = try RawConnection(path)
                try other.send("GET /item/b HTTP/1.1\r\n\r\n")
                _ = try other.read(until: "\"b|-\"")
                #expect(try slow.readToEnd().hasPrefix("HTTP/1.1 408 "))
            }
        }
    }

    @Test func oneThatIsServedKeepsItsPlace() async throws {
        var limits = Self.limits
        limits.maxConnections = 1
        limits.patience = .zero
        let (entered, enter) = AsyncStream.makeStream(of: Void.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let route = Route(.GET, "/slow") { _ in
            enter.finish()
            for await _ in released {}
            return .empty
        }
        try await withServer(limits: limits, routes: [route]) { path in
            async let answer = exchange(path, "GET /slow HTTP/1.1\r\nConnection: close\r\n\r\n")
            for await _ in entered {}
            let refusal = try await exchange(path, "GET /slow HTTP/1.1\r\n\r\n")
            #expect(refusal.hasPrefix("HTTP/1.1 503 ") && refusal.contains("Retry-After: 1\r\n"))
            release.finish()
            #expect(try await answer.hasSuffix("\r\n\r\n{}"))
        }
    }
}
