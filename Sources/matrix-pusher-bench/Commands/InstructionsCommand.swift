import ArgumentParser
import SidecarHarness

/// `instructions`: what a notification takes, counted by valgrind.
struct InstructionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "instructions", abstract: "Count instructions a notification, with valgrind.",
        discussion: """
            Hardly depends on what else the machine does. Everything is some fifty times slower under valgrind, but not the \
            20 ms that a completion waits for company: the sidecar commits smaller groups than it does otherwise.
            """)

    @OptionGroup var measuring: MeasuringOptions

    @Option(help: "Notifications between the two sizes.")
    var notifications = 8000
    @Option(help: "Events a transaction.")
    var batch = 16
    @Option(help: "Recipients an event.")
    var recipients = 1
    @Option(help: "Users with a pusher.")
    var users = 512
    @Flag(help: "Use the built-in gateway, also where nginx is installed.")
    var builtIn = false

    func validate() throws {
        guard (1...1_000_000).contains(notifications), (1...4096).contains(batch), (1...64).contains(recipients),
            (64...100_000).contains(users)
        else { throw ValidationError("a number is out of range") }
    }

    func run() async throws {
        guard Callgrind.isAvailable else { throw HarnessError("valgrind is not installed") }
        let shape = TransactionSource.Shape(batch: batch, recipients: recipients, users: 0..<users)
        var measurement = InstructionsMeasurement(shape, notifications: notifications, isBuiltIn: builtIn)
        for _ in 0..<measuring.rounds { try await measurement.runRound() }
        Report(command: "instructions", isJSON: measuring.json).print(measurement.title, measurement.figures)
    }
}
