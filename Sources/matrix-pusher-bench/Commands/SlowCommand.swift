import ArgumentParser

/// `slow`: many requests in flight at gateways that take their time.
struct SlowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slow", abstract: "Measure delivery to gateways that answer late.",
        discussion: """
            The built-in gateway answers after --delay milliseconds, over many ports, each a gateway of its own to the \
            sidecar, and over one. Measured once the sidecar's window has grown; CPU is set against the same load at gateways \
            that answer at once, with the default limits.
            """)

    @OptionGroup var measuring: MeasuringOptions

    @Option(help: "Requests in flight.")
    var inFlight = 2000
    @Option(help: "Milliseconds before an answer.")
    var delay = 100
    @Option(help: "Seconds of a round.")
    var seconds = 10
    @Option(parsing: .upToNextOption, help: "Gateways; several numbers are measured in turn.")
    var gateways = [64, 1]

    func validate() throws {
        guard (1...8000).contains(inFlight), (1...60_000).contains(delay), (1...3600).contains(seconds),
            gateways.allSatisfy((1...GatewayRecord.maximumPorts).contains)
        else { throw ValidationError("a number is out of range") }
    }

    func run() async throws {
        let report = Report(command: "slow", isJSON: measuring.json)
        for lanes in gateways {
            var measurement = SlowMeasurement(lanes: lanes, inFlight: inFlight, delay: delay, seconds: seconds)
            for _ in 0..<measuring.rounds { try await measurement.runRound() }
            report.print(measurement.title, measurement.figures)
        }
    }
}
