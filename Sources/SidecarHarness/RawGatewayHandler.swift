internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// One connection to a raw gateway.
final class RawGatewayHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: RawGateway.Answer
    private let counters: RawGateway.Counters
    private var hasAnswered = false

    init(_ answer: RawGateway.Answer, _ counters: RawGateway.Counters) {
        self.answer = answer
        self.counters = counters
    }

    func channelActive(context: ChannelHandlerContext) {
        counters.connections.add(1, ordering: .relaxed)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasAnswered else { return }
        hasAnswered = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        write(answer.start, context) {
            let (handler, context) = bound.value
            handler.end(context)
        }
    }

    private func end(_ context: ChannelHandlerContext) {
        switch answer.ending {
        case .close: context.close(promise: nil)
        case .reset:
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            let options = context.channel as? any SocketOptionProvider
            options?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in
                bound.value.close(promise: nil)
            }
        case .stall: break
        case .flood(let piece, let pause): flood(piece, pause, context)
        }
    }

    private func flood(_ piece: [UInt8], _ pause: Duration, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: TimeAmount(pause)) {
            let (handler, context) = bound.value
            handler.write(piece, context) {
                let (handler, context) = bound.value
                handler.flood(piece, pause, context)
            }
        }
    }

    /// Writes, and goes on when the system has taken it.
    private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext, then next: @escaping @Sendable () -> Void) {
        let counters = counters
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes))).whenSuccess {
            counters.bytesWritten.add(bytes.count, ordering: .relaxed)
            next()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
