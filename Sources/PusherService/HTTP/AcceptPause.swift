internal import Logging
internal import NIOCore

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// Accepts nobody for a moment where the system has no descriptor or memory for one more; those who wait stay in the
/// backlog.
///
/// NIO's own `AcceptBackoffHandler` delays the next read, but the channel asks for one only after it has accepted
/// somebody: where the first one fails, it stays registered and fails again at once, without end. Has to come before it.
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel

    /// How long nobody is accepted, though the shortage may be over sooner.
    static let length = TimeAmount.milliseconds(200)

    private let logger: Logger
    private var end: Scheduled<Void>?
    /// From the first failure until somebody is accepted.
    private var isShort = false

    init(logger: Logger) {
        self.logger = logger
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The others concern one caller, or end the channel.
        guard let error = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) else {
            return context.fireErrorCaught(error)
        }
        if !isShort { logger.error("connections can not be accepted now", metadata: ["error": "\(error)"]) }
        isShort = true
        guard end == nil, let options = context.channel.syncOptions else { return }
        try? options.setOption(.autoRead, value: false)
        end = context.eventLoop.assumeIsolated().scheduleTask(in: Self.length) {
            self.end = nil
            try? options.setOption(.autoRead, value: true)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isShort = false
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end?.cancel()
        end = nil
        context.fireChannelInactive()
    }
}
