import ArgumentParser

/// Measures matrix-pusher on this machine, each rate beside its floor; build with `-c release`.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "matrix-pusher-bench", abstract: "Measure matrix-pusher on this machine, beside its floors.",
        subcommands: [
            DeliverCommand.self, LatencyCommand.self, BacklogCommand.self, SlowCommand.self, RulesCommand.self,
            JSONCommand.self, IngestCommand.self, InstructionsCommand.self, ReachCommand.self,
            GatewayCommand.self, CurlFloorCommand.self, SQLiteFloorCommand.self, CommitFloorCommand.self,
        ])

    static func main() async {
        Leftovers.watch()
        FileDescriptors.allowMany()
        await main(nil)
    }
}
