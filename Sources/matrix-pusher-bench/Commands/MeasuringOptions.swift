import ArgumentParser

/// What all measurements have in common.
struct MeasuringOptions: ParsableArguments {
    @Option(help: "How often each figure is measured.")
    var rounds = 5

    @Flag(help: "Write one JSON object a line.")
    var json = false

    func validate() throws {
        guard (1...1000).contains(rounds) else { throw ValidationError("--rounds must be from 1 to 1000") }
    }
}
