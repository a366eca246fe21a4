import ArgumentParser

/// `backlog`: what piles up while a gateway is down, and how it goes once it is up.
struct BacklogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backlog", abstract: "Measure a backlog: filling, memory, start-up, other gateways, draining.",
        discussion: """
            For each --size: fills the queue over the socket while its gateway is down (beside a bare SQLite insert), and \
            restarts the sidecar (beside a bare scan of the same file). Then they send to another gateway in turn; at last \
            each one's gateway is opened, and it drains. Five million events take several GB of disk for a while.
            """)

    @OptionGroup var measuring: MeasuringOptions

    @Option(
        parsing: .upToNextOption,
        help: "Notifications that wait, multiples of the batch; several are measured side by side."
    )
    var size = [1024, 1_000_192, 5_000_192]
    @Option(help: "Events a transaction while filling.")
    var batch = 256
    @Option(help: "Connections to the socket.")
    var connections = 4
    @Option(help: "Notifications to the other gateway.")
    var notifications = 50_000
    @Option(help: "Idle pushers; 0 leaves them out.")
    var pushers = 1_000_000
    @Flag(help: "Use the built-in gateway, also where nginx is installed.")
    var builtIn = false

    func validate() throws {
        guard (1...4096).contains(batch), size.allSatisfy({ $0 > 0 && $0 <= 9_000_000 && $0 % batch == 0 }),
            (1...LoadPace.maximumConnections).contains(connections), (1...10_000_000).contains(notifications),
            (0...10_000_000).contains(pushers)
        else { throw ValidationError("a number is out of range, or a size no multiple of the batch") }
    }

    func run() async throws {
        let report = Report(command: "backlog", isJSON: measuring.json)
        let settings = DeliverSettings(
            notifications: notifications, connections: connections, isBuiltIn: builtIn)
        if pushers > 0 {
            var idle = IdleMeasurement(pushers: pushers)
            for _ in 0..<measuring.rounds { try await idle.runRound() }
            report.print(idle.title, idle.figures)
        }
        var series = BacklogSeries(size, batch: batch, settings)
        for _ in 0..<measuring.rounds { try await series.runRound { _ in } }
        for measurement in series.sizes { report.print(measurement.title, measurement.figures) }
        if size.count > 1 { report.print("the last size against the first", series.comparison) }
    }
}
