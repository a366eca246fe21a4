import ArgumentParser

/// `latency`: how long a notification takes when there is little to do.
struct LatencyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latency", abstract: "Measure the time from ingest to the gateway at a steady rate.",
        discussion: """
            From the sending of the PUT to its receipt by the built-in gateway. The floor commits single rows at the same \
            rate, right after each round.
            """)

    @OptionGroup var measuring: MeasuringOptions

    @Option(parsing: .upToNextOption, help: "Events a second; several are measured in turn.")
    var rate = [200, 2000]
    @Option(help: "Seconds of a round.")
    var seconds = 30

    func validate() throws {
        guard rate.allSatisfy((1...100_000).contains), (1...3600).contains(seconds) else {
            throw ValidationError("--rate must be from 1 to 100000, --seconds from 1 to 3600")
        }
    }

    func run() async throws {
        let report = Report(command: "latency", isJSON: measuring.json)
        for rate in rate {
            var measurement = LatencyMeasurement(rate: Double(rate), seconds: seconds)
            for _ in 0..<measuring.rounds { try await measurement.runRound() }
            report.print(measurement.title, measurement.figures)
        }
    }
}
