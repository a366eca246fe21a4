internal import ArgumentParser
internal import Logging
internal import MatrixPusher
internal import PusherService

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the sidecar: the API on the Unix socket, the queue and the delivery.",
        discussion: """
            SIGTERM or SIGINT ends it: requests and deliveries under way are finished, up to delivery.shutdown_timeout. \
            A second signal ends it at once. With --json the log is written as JSON lines.
            """
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        ProcessTuning.apply()
        var configuration = try common.configuration()
        try configuration.checkFiles()
        if common.json { configuration.log.format = .json }
        let log = configuration.log
        LoggingSystem.bootstrap { _ in LineLogHandler(log) }
        let logger = Logger(label: "matrix-pusher")
        let sidecar = try await Sidecar.start(configuration, logger: logger)
        logger.info(
            "serving",
            metadata: [
                "version": "\(matrixPusherVersion)", "socket": "\(configuration.socket.path)",
                "database": "\(configuration.pusher.databasePath)",
            ]
        )
        do {
            try await sidecar.run(handlesSignals: true)
        } catch {
            throw Failure("stopped: \(error)")
        }
        logger.info("stopped")
    }
}
