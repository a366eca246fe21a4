import ArgumentParser

/// `deliver`: events over the socket, through the queue, to a gateway.
struct DeliverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliver", abstract: "Measure delivery: socket, rules, queue, gateway.",
        discussion: """
            Latency is from the sending of the PUT to the receipt by the gateway, with --outstanding notifications on \
            their way, at the built-in gateway, which notes the times; everything else is measured at nginx where that is \
            installed.
            """)

    @OptionGroup var measuring: MeasuringOptions

    @Option(help: "Notifications a round.")
    var notifications = 50_000
    @Option(parsing: .upToNextOption, help: "Events a transaction; several are measured in turn.")
    var batch = [1, 16, 256]
    @Option(parsing: .upToNextOption, help: "Recipients an event; several are measured in turn.")
    var recipients = [1, 8]
    @Option(
        parsing: .upToNextOption, help: "How the gateway is spoken to: http, tls, http2; several are measured in turn.")
    var `protocol` = GatewayProtocol.allCases
    @Option(help: "Connections to the socket.")
    var connections = 4
    @Option(help: "Users with a pusher.")
    var users = 2048
    @Option(help: "Notifications on their way while latency is measured.")
    var outstanding = 256
    @Flag(help: "Use the built-in gateway, also where nginx is installed.")
    var builtIn = false
    @Flag(help: "Measure no floors.")
    var withoutFloors = false

    func validate() throws {
        guard (1...10_000_000).contains(notifications), batch.allSatisfy((1...4096).contains),
            recipients.allSatisfy((1...64).contains), (1...LoadPace.maximumConnections).contains(connections),
            (64...1_000_000).contains(users), outstanding > 0
        else { throw ValidationError("a number is out of range") }
    }

    func run() async throws {
        let report = Report(command: "deliver", isJSON: measuring.json)
        for kind in `protocol` {
            if kind != .http, builtIn || !NginxGateway.isAvailable(for: kind) {
                report.note("\(kind.title) is left out: it takes nginx and openssl as the gateway.")
                continue
            }
            let settings = DeliverSettings(
                notifications: notifications, connections: connections, outstanding: outstanding, isBuiltIn: builtIn,
                withFloors: !withoutFloors)
            for batch in batch {
                for recipients in recipients {
                    let shape = TransactionSource.Shape(batch: batch, recipients: recipients, users: 0..<users)
                    var measurement = DeliverMeasurement(kind, shape, settings)
                    for _ in 0..<measuring.rounds { try await measurement.runRound() }
                    report.print(measurement.title, measurement.figures)
                }
            }
        }
    }
}
