package import Logging
package import MatrixPusher
internal import ServiceLifecycle
internal import UnixSignals

/// The whole program as `serve` runs it: the pusher and its API on the Unix socket.
package struct Sidecar: Sendable {
    private let pusher: Pusher
    private let server: HTTPServer
    private let logger: Logger

    /// Opens the database and the socket.
    ///
    /// From here on requests are taken; delivery begins with ``run(handlesSignals:)``.
    /// - Throws: ``PusherError`` `unusable` saying what cannot be used.
    package static func start(_ configuration: ServiceConfiguration, logger: Logger) async throws(PusherError)
        -> Sidecar
    {
        ProcessMemory.returnLargePieces()
        let openFiles = ProcessLimits.raiseOpenFiles()
        let pusher = try Pusher.open(configuration.pusher, logger: logger)
        var limits = HTTPLimits(maxBody: configuration.socket.maxBody)
        limits.maxConnections = min(
            limits.maxConnections,
            ProcessLimits.connections(
                openFiles: openFiles, maxInFlight: configuration.pusher.delivery.maxInFlight))
        let api = PusherAPI(pusher: pusher, legacyMentionRules: configuration.pusher.push.legacyMentionRules)
        let server = try await HTTPServer.start(
            path: configuration.socket.path, mode: configuration.socket.mode, limits: limits,
            drainTimeout: configuration.pusher.delivery.shutdownTimeout,
            router: Router(
                [
                    api.routes, PushRulesAPI(pusher: pusher).routes, PushersAPI(pusher: pusher).routes,
                    DeadLettersAPI(pusher: pusher).routes, [HistoryAPI(pusher: pusher).route],
                ].flatMap(\.self)),
            logger: logger
        )
        return Sidecar(pusher: pusher, server: server, logger: logger)
    }

    /// Runs until the task is cancelled or, where signals are handled, SIGTERM or SIGINT comes.
    ///
    /// Then the socket goes first, requests and deliveries under way are finished and the database is closed. A second
    /// signal ends the process at once.
    package func run(handlesSignals: Bool) async throws {
        // Shut down from the last to the first.
        var services: [any Service] = [pusher, server, ShutdownBeginning(pusher: pusher)]
        if handlesSignals { services.insert(SecondSignal(), at: 0) }
        services.insert(StartRelease(), at: 0)
        let group = ServiceGroup(
            services: services, gracefulShutdownSignals: handlesSignals ? [.sigterm, .sigint] : [], logger: logger
        )
        try await group.run()
    }
}
