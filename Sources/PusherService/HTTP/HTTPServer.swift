internal import MatrixPusher
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import ServiceLifecycle
internal import Synchronization

/// HTTP/1.1 on a Unix socket: accepts connections and, told to shut down, finishes the requests under way.
///
/// Thread-safe; connections live on the event loops of the process.
final class HTTPServer: Service {
    private let listener: any Channel
    private let connections: Connections
    private let file: SocketFile
    private let drainTimeout: Duration

    /// Creates the socket and accepts connections from here on.
    /// - Parameters:
    ///   - mode: The socket file's permissions.
    ///   - drainTimeout: How long a shutdown waits for requests under way.
    /// - Throws: ``PusherError`` `unusable` naming the path.
    static func start(
        path: String, mode: UInt16, limits: HTTPLimits, drainTimeout: Duration, router: Router
    ) async throws(PusherError) -> HTTPServer {
        let file = try SocketFile(binding: path, mode: UInt32(mode))
        let connections = Connections(limit: limits.maxConnections)
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard connections.admit(channel) else { return try refuse(channel) }
                    let decoder = HTTPRequestDecoder(limitConfiguration: limits.decoder)
                    try channel.pipeline.syncOperations.addHandlers([
                        ByteToMessageHandler(decoder), HTTPConnection(router: router, limits: limits),
                    ])
                }
            }
        do {
            let listener = try await bootstrap.withBoundSocket(file.descriptor).get()
            return HTTPServer(listener, connections, file, drainTimeout)
        } catch {
            file.remove()
            throw PusherError(.unusable, "cannot listen on the socket \(path): \(error)")
        }
    }

    private init(_ listener: any Channel, _ connections: Connections, _ file: SocketFile, _ drainTimeout: Duration) {
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

/// Tells a connection beyond the limit so and closes it.
private final class RefusedConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let answer: ByteBuffer

    init(_ answer: ByteBuffer) {
        self.answer = answer
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(NIOAny(answer)).assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }
}

/// The connections that are open.
private final class Connections: Sendable {
    private let limit: Int
    private let open = Mutex<[ObjectIdentifier: any Channel]>([:])

    init(limit: Int) {
        self.limit = limit
    }

    /// Counts a connection until it closes; false when there are too many.
    func admit(_ channel: any Channel) -> Bool {
        let key = ObjectIdentifier(channel)
        let isAdmitted = open.withLock { open in
            guard open.count < limit else { return false }
            open[key] = channel
            return true
        }
        guard isAdmitted else { return false }
        channel.closeFuture.whenComplete { _ in self.open.withLock { _ = $0.removeValue(forKey: key) } }
        return true
    }

    /// Lets every connection finish its request; closes those that have not when the time is over.
    func drain(within timeout: Duration) async {
        let channels = open.withLock { Array($0.values) }
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(HTTPConnection.Drain()) }
        let deadline = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: TimeAmount(timeout)) {
            for channel in channels { channel.close(promise: nil) }
        }
        for channel in channels { try? await channel.closeFuture.get() }
        deadline.cancel()
    }
}
