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

    /// How long a shortage is left alone, and may be over before somebody is accepted.
    static let length = TimeAmount.milliseconds(200)

    private var end: Scheduled<Void>?

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The others concern one caller, or end the channel.
        guard let error = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) else {
            return context.fireErrorCaught(error)
        }
        guard end == nil, let options = context.channel.syncOptions else { return }
        try? options.setOption(.autoRead, value: false)
        end = context.eventLoop.assumeIsolated().scheduleTask(in: Self.length) {
            self.end = nil
            try? options.setOption(.autoRead, value: true)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end?.cancel()
        end = nil
        context.fireChannelInactive()
    }
}
