import ArgumentParser

/// Measures parts of matrix-pusher on this machine; build with `-c release`.
@main
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "matrix-pusher-bench", abstract: "Measure parts of matrix-pusher on this machine.",
        subcommands: [RulesBenchmark.self])
}
