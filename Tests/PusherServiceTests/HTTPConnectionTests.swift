import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import PusherService

/// Connections that wait for memory, on an event loop that goes on when the test says so.
@Suite struct HTTPConnectionTests {
    private let limits: HTTPLimits
    private let memory: HTTPMemory
    private let connections: ConnectionTable
    /// The only connection there may be.
    private let channel = EmbeddedChannel()

    init() throws {
        var limits = HTTPLimits()
        limits.maxBody = 10_000
        limits.smallSize = 1000
        limits.allBodies = 10_000
        self.limits = limits
        memory = HTTPMemory(limits)
        connections = ConnectionTable(limit: 1, patience: .zero)
        let place = try #require(connections.admit(channel))
        let echo = Route(.PUT, "/echo", isBrief: true) { HTTPResponse(body: Array("\($0.body.count)".utf8)) }
        let connection = HTTPConnection(router: Router([echo]), limits: limits, memory: memory, place: place)
        try channel.pipeline.syncOperations.addHandlers([ByteToMessageHandler(HTTPRequestDecoder()), connection])
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/s")).wait()
    }

    private func receive(_ text: String) throws { try channel.writeInbound(ByteBuffer(string: text)) }

    /// What the connection has said since it was last asked.
    private func answer() throws -> String {
        var text = ""
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: bytes) }
        return text
    }

    private static func expecting(_ size: Int) -> String {
        "PUT /echo HTTP/1.1\r\nContent-Length: \(size)\r\nExpect: 100-continue\r\n\r\n"
    }

    @Test func memoryThatComesTooLateForARequestIsNotTheNextOnes() throws {
        let held = try #require(memory.bodies.takeNow(10_000))
        // Whole before there is room for it, so it is handled without.
        let chunk = "7d0\r\n" + String(repeating: "x", count: 2000) + "\r\n0\r\n\r\n"
        try receive("PUT /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + Self.expecting(8000))
        let (next, _) = memory.bodies.take(10_000) { _ in }
        // After the handler, and before its answer is written and the next request begins.
        channel.eventLoop.execute { [memory] in memory.bodies.end(held) }
        channel.embeddedEventLoop.run()
        let echo = try answer()
        #expect(echo.hasPrefix("HTTP/1.1 200 ") && echo.hasSuffix("\r\n\r\n2000"), "\(echo)")
        memory.bodies.end(next)
        channel.embeddedEventLoop.run()
        #expect(try answer() == "HTTP/1.1 100 Continue\r\n\r\n")
        #expect(memory.bodies.used == 8000)
    }

    @Test(arguments: [(true, "HTTP/1.1 503 "), (false, "HTTP/1.1 408 ")])
    func whoMakesRoomIsToldWhoseDelayItWas(isHeldBack: Bool, status: String) throws {
        if isHeldBack { _ = memory.bodies.takeNow(10_000) }
        try receive(Self.expecting(8000))
        #expect(try answer().isEmpty == isHeldBack)
        #expect(connections.admit(EmbeddedChannel()) != nil)
        let refusal = try answer()
        #expect(refusal.hasPrefix(status), "\(refusal)")
        #expect(refusal.contains("Retry-After: 1\r\n") == isHeldBack)
    }
}
