import ArgumentParser

/// `reach`: the table of figures, with what each must be and what it should be.
struct ReachCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reach", abstract: "Measure what is promised, and print it as a table.",
        discussion: """
            The whole table takes about an hour and several GB of disk. Each row is judged by its median; the range and the \
            number of rounds stand beside it.
            """)

    @Option(parsing: .upToNextOption, help: "The parts of the table to measure, all by default.")
    var only: [ReachPlan.Part] = []
    @Option(help: "How often each figure is measured (5).")
    var rounds: Int?
    @Option(help: "How often a backlog is filled and drained (1).")
    var backlogRounds: Int?
    @Option(help: "The largest backlog, a multiple of 256 (5000192).")
    var backlog: Int?
    @Flag(help: "Measure a little of everything once: the figures say little.")
    var quick = false
    @Flag(help: ArgumentHelp("Only find out whether all of it runs.", visibility: .hidden))
    var check = false
    @Flag(help: "Print the figures behind the table, too.")
    var details = false
    @Flag(help: "Use the built-in gateway, also where nginx is installed.")
    var builtIn = false
    @Flag(help: "Write one JSON object a line.")
    var json = false

    func validate() throws {
        guard (1...1000).contains(rounds ?? 1), (1...1000).contains(backlogRounds ?? 1),
            (1...9_000_000).contains(backlog ?? 1), (backlog ?? 0) % 256 == 0
        else { throw ValidationError("a number is out of range") }
    }

    func run() async throws {
        var plan = check ? ReachPlan.check : quick ? ReachPlan.quick : ReachPlan()
        if let rounds { plan.rounds = rounds }
        if let backlogRounds { plan.backlogRounds = backlogRounds }
        if let backlog { plan.backlogSizes[2] = backlog }
        if !only.isEmpty { plan.parts = plan.parts.filter(only.contains) }
        plan.deliver.isBuiltIn = builtIn
        let report = Report(command: "reach", isJSON: json)
        report.note(Machine.description)
        if !Callgrind.isAvailable, plan.parts.contains(.instructions) {
            report.note("Instructions are left out: valgrind is not installed.")
            plan.parts.removeAll { $0 == .instructions }
        }
        var measurement = ReachMeasurement(plan)
        try await measurement.run { report.note($0) }
        if details { for (title, figures) in measurement.details { report.print(title, figures) } }
        if json {
            for goal in measurement.goals { print(goal.json) }
        } else {
            var table = MarkdownTable(["figure", "must", "aim", "median (range, rounds)", "reached"])
            for goal in measurement.goals { table.append(goal.cells) }
            print("\n\(Machine.description), \(Gateway.name(builtIn: builtIn))\n\n\(table.text)")
        }
    }
}

extension ReachPlan.Part: ExpressibleByArgument {}
