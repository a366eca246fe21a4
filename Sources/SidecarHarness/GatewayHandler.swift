internal import Glibc
internal import NIOCore
internal import NIOHTTP1

/// One connection to a scripted gateway.
final class GatewayHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let name: String
    private let log: GatewayLog
    private let script: ScriptedGateway.Script
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    /// The place in the log of the request that is being answered.
    private var current: Int?

    init(name: String, log: GatewayLog, script: @escaping ScriptedGateway.Script) {
        self.name = name
        self.log = log
        self.script = script
    }

    func channelActive(context: ChannelHandlerContext) {
        log.connected()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body.removeAll()
        case .body(let part):
            body += part.readableBytesView
        case .end:
            guard let head else { return }
            var received = ReceivedNotification(
                gateway: name, method: head.method.rawValue, target: head.uri,
                headers: head.headers.map { (name: $0.name, value: $0.value) }, body: body, receivedAt: .now)
            let answer = script(received)
            received.rejectsPushkey = answer.rejects(received.pushkey)
            let index = log.append(received)
            current = index
            perform(answer, on: index, context: context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let current { log.end(current, status: nil) }
        log.disconnected()
    }

    private func perform(_ answer: GatewayAnswer, on index: Int, context: ChannelHandlerContext) {
        switch answer {
        case .hold:
            break
        case .disconnect:
            context.close(promise: nil)
        case .respondAndReset(let status, let body):
            respond(status, body, [:], on: index, context: context)
            // Closing without lingering sends a reset instead of an orderly end.
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            let socket = context.channel as? any SocketOptionProvider
            socket?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in bound.value.close(promise: nil) }
        case .respond(let status, let body, let headers, let pause):
            guard pause > .zero else { return respond(status, body, headers, on: index, context: context) }
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.eventLoop.scheduleTask(in: TimeAmount(pause)) {
                let (handler, context) = bound.value
                handler.respond(status, body, headers, on: index, context: context)
            }
        }
    }

    private func respond(
        _ status: Int, _ body: String, _ headers: [String: String], on index: Int, context: ChannelHandlerContext
    ) {
        guard context.channel.isActive else { return }
        var head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: status))
        head.headers.add(name: "Content-Type", value: "application/json")
        head.headers.add(name: "Content-Length", value: "\(body.utf8.count)")
        for (name, value) in headers { head.headers.add(name: name, value: value) }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
        let log = log
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenSuccess { log.end(index, status: status) }
    }
}
