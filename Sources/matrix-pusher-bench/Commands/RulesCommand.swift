import ArgumentParser

/// `rules`: what evaluating push rules costs.
struct RulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules", abstract: "Measure the evaluation of push rules.")

    @OptionGroup var measuring: MeasuringOptions

    @Option(help: "Recipients of the event in the large runs.")
    var recipients = 10_000

    @Option(help: "How often a single event is evaluated in a round.")
    var repetitions = 20_000

    func validate() throws {
        guard (1...1_000_000).contains(recipients), (1...100_000_000).contains(repetitions) else {
            throw ValidationError("--recipients or --repetitions is out of range")
        }
    }

    func run() throws {
        let measurement = RulesMeasurement(
            rounds: measuring.rounds, recipients: recipients, repetitions: repetitions)
        Report(command: "rules", isJSON: measuring.json).print(measurement.title, try measurement.figures())
    }
}
