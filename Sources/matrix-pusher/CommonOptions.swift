internal import ArgumentParser
internal import Foundation
internal import PusherService

/// The options that every command has.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Read the configuration from this YAML file.", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "The sidecar's socket (default: $MATRIX_PUSHER_SOCKET, else /run/matrix-pusher/pusher.sock).",
            valueName: "path"
        )
    )
    var socket: String?

    @Option(help: ArgumentHelp("The queue's database.", valueName: "path"))
    var database: String?

    @Flag(help: "Write JSON: one object, or one per line for lists.")
    var json = false

    /// The effective configuration: defaults, file, environment, flags.
    func configuration() throws -> ServiceConfiguration {
        var source = ConfigurationSource(file: config, environment: ProcessInfo.processInfo.environment)
        if let database { source.flags.append(.init(name: "--database", key: "database", value: database)) }
        if let socket { source.flags.append(.init(name: "--socket", key: "socket.path", value: socket)) }
        return try source.load()
    }

    /// What inspection commands look at; when no sidecar runs, standard error says so.
    func queue() throws -> QueueView {
        QueueView(try configuration(), onOffline: Failure.remark)
    }
}
