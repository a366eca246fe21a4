import ArgumentParser

/// `json`: parsing and writing.
struct JSONCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "json", abstract: "Measure parsing and writing JSON, beside Foundation.")

    @OptionGroup var measuring: MeasuringOptions

    @Option(help: "How often an event is parsed or written in a round.")
    var repetitions = 20_000

    func validate() throws {
        guard (1...100_000_000).contains(repetitions) else { throw ValidationError("--repetitions is out of range") }
    }

    func run() throws {
        var measurement = JSONMeasurement(repetitions: repetitions)
        for _ in 0..<measuring.rounds { try measurement.runRound() }
        Report(command: "json", isJSON: measuring.json).print("typical events", measurement.figures)
    }
}
