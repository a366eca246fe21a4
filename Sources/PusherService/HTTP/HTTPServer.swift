internal import Logging
internal import MatrixPusher
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import ServiceLifecycle

/// HTTP/1.1 on a Unix socket: accepts connections and, told to shut down, finishes the requests under way.
///
/// Thread-safe; connections live on the event loops of the process.
final class HTTPServer: Service {
    private let listener: any Channel
    private let connections: ConnectionTable
    private let file: SocketFile
    private let drainTimeout: Duration

    /// Creates the socket and accepts connections from here on.
    /// - Parameters:
    ///   - mode: The socket file's permissions.
    ///   - drainTimeout: How long a shutdown waits for requests under way.
    /// - Throws: ``PusherError`` `unusable` naming the path.
    static func start(
        path: String, mode: UInt16, limits: HTTPLimits, drainTimeout: Duration, router: Router,
        logger: Logger
    ) async throws(PusherError) -> HTTPServer {
        let file = try SocketFile(binding: path, mode: UInt32(mode))
        let connections = ConnectionTable(limit: limits.maxConnections, patience: limits.patience)
        let memory = HTTPMemory(limits)
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.maxMessagesPerRead, value: 64)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptPause(logger: logger))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // What one read has brought is in memory, whether or not its connection may go on.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let place = connections.admit(channel) else { return try refuse(channel) }
                    let decoder = HTTPRequestDecoder(limitConfiguration: limits.decoder)
                    try channel.pipeline.syncOperations.addHandlers([
                        ByteToMessageHandler(decoder),
                        HTTPConnection(router: router, limits: limits, memory: memory, place: place),
                    ])
                }
            }
        do {
            let listener = try await bootstrap.withBoundSocket(file.descriptor).get()
            file.setBacklog(limits.backlog)
            return HTTPServer(listener, connections, file, drainTimeout)
        } catch {
            file.remove()
            throw PusherError(.unusable, "cannot listen on the socket \(path): \(error)")
        }
    }

    private init(_ listener: any Channel, _ connections: ConnectionTable, _ file: SocketFile, _ drainTimeout: Duration)
    {
        self.listener = listener
        self.connections = connections
        self.file = file
        self.drainTimeout = drainTimeout
    }

    /// Serves until the task is cancelled or graceful shutdown is triggered; then removes the socket file, finishes the
    /// requests under way and closes.
    func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            try? await listener.closeFuture.get()
        } onCancelOrGracefulShutdown: {
            // The file goes first: whoever connects from now on finds nobody at once instead of a queue nobody serves.
            self.file.remove()
            self.listener.close(promise: nil)
        }
        file.remove()
        await connections.drain(within: drainTimeout)
    }

    private static func refuse(_ channel: any Channel) throws {
        let answer = HTTPResponse.error(503, "M_UNKNOWN", "too many connections", retryAfter: .seconds(1))
        let bytes = answer.encoded(keepAlive: false, isHTTP10: false, omitsBody: false, allocator: channel.allocator)
        try channel.pipeline.syncOperations.addHandler(RefusedConnection(bytes))
    }
}

/// Tells a connection beyond the limit so and closes it, once its request has begun to come or soon would have: closing
/// with something unread would look like a failure to the peer.
private final class RefusedConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var answer: ByteBuffer?

    init(_ answer: ByteBuffer) {
        self.answer = answer
    }

    func channelActive(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .milliseconds(100)) {
            let (connection, context) = bound.value
            connection.refuse(context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        refuse(context)
    }

    private func refuse(_ context: ChannelHandlerContext) {
        guard let answer, context.channel.isActive else { return }
        self.answer = nil
        context.writeAndFlush(NIOAny(answer)).assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }
}
