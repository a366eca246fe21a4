internal import ArgumentParser
internal import Glibc
internal import MatrixPusher
internal import PusherService

@main
struct MatrixPusherCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "matrix-pusher",
        abstract: "Delivers the push notifications of a Matrix homeserver to push gateways.",
        version: "matrix-pusher \(matrixPusherVersion)",
        subcommands: [
            Serve.self, Status.self, QueueCommand.self, DeadLettersCommand.self, PushersCommand.self,
            RemovedCommand.self,
            Explain.self, Migrate.self, CheckConfig.self, Demo.self,
        ]
    )

    /// Exit codes: 0, 1 for a failure told on standard error, 64 for wrong usage.
    static func main() async {
        StandardStream.ensureOpen()
        // A reader that goes away is seen where the write fails.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch is OutputClosed {
            Glibc.exit(0)
        } catch let error where Failure.isOurs(error) {
            Failure.report(error)
            Glibc.exit(1)
        } catch {
            exit(withError: error)
        }
    }
}
