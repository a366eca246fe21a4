/// Everything that the table of figures needs, measured in rounds that go through all of it.
struct ReachMeasurement {
    private let plan: ReachPlan
    private var deliver: DeliverMeasurement
    private var instructions: InstructionsMeasurement
    private var latency: LatencyMeasurement
    private var slow: [SlowMeasurement]
    private var idle: IdleMeasurement
    private var backlog: BacklogSeries
    private var rules = RoundSet("", unit: "µs")

    init(_ plan: ReachPlan) {
        self.plan = plan
        let shape = TransactionSource.Shape(batch: 16, recipients: 1)
        deliver = DeliverMeasurement(.http, shape, plan.deliver)
        instructions = InstructionsMeasurement(
            TransactionSource.Shape(batch: 16, recipients: 1, users: 0..<512), notifications: plan.instructions,
            isBuiltIn: plan.deliver.isBuiltIn)
        latency = LatencyMeasurement(rate: 200, seconds: plan.latencySeconds)
        slow = [64, 1].map {
            SlowMeasurement(lanes: $0, inFlight: plan.inFlight, delay: 100, seconds: plan.slowSeconds)
        }
        idle = IdleMeasurement(pushers: plan.idlePushers)
        backlog = BacklogSeries(plan.backlogSizes, batch: 256, plan.deliver)
    }

    /// - Parameter progress: Told what comes next.
    mutating func run(_ progress: (String) -> Void) async throws {
        for round in 1...plan.rounds {
            for part in plan.parts where part != .backlog {
                progress("round \(round) of \(plan.rounds): \(part.rawValue)")
                try await runRound(of: part)
            }
        }
        guard plan.parts.contains(.backlog) else { return }
        for round in 1...plan.backlogRounds {
            progress("round \(round) of \(plan.backlogRounds): idle pushers")
            try await idle.runRound()
            try await backlog.runRound { progress("round \(round) of \(plan.backlogRounds): \($0)") }
        }
    }

    private mutating func runRound(of part: ReachPlan.Part) async throws {
        switch part {
        case .delivery: try await deliver.runRound()
        case .latency: try await latency.runRound()
        case .slow: for index in slow.indices { try await slow[index].runRound() }
        case .evaluation:
            let evaluations = RulesMeasurement(rounds: 1, recipients: 1, repetitions: plan.evaluations)
            rules.append(try evaluations.defaultRules().median / 1000)
        case .instructions: try await instructions.runRound()
        case .backlog: break
        }
    }

    /// The table.
    var goals: [Goal] {
        let middle = backlog.sizes[1]
        let large = backlog.sizes[2]
        let comparison = backlog.comparison
        let items = NumberText.short(Double(large.size))
        return [
            Goal("instructions ÷ (libcurl loop + SQLite)", .atMost, must: 1.35, aim: 1.15, instructions.ratio),
            Goal("CPU ÷ (libcurl loop + SQLite)", .atMost, must: 1.4, aim: 1.2, deliver.cpuRatio),
            Goal("end-to-end rate ÷ libcurl loop", .atLeast, must: 0.5, aim: 0.7, deliver.rateRatio),
            Goal("rate with \(items) pending ÷ 1 k", .atLeast, must: 0.9, aim: 0.95, comparison[0]),
            Goal("CPU with \(items) pending ÷ 1 k", .atMost, must: 1.1, aim: 1.05, comparison[1]),
            Goal("draining \(items) ÷ live rate", .atLeast, must: 0.5, aim: 0.8, large.drainRatio),
            Goal("memory a pending item", .atMost, must: 32, aim: 16, large.bytesPerItem(over: middle)),
            Goal("memory an idle pusher", .atMost, must: 128, aim: 64, idle.bytesPerPusher),
            Goal("start-up with \(items) ÷ bare scan", .atMost, must: 3, aim: 1.5, large.startUpRatio),
            Goal("p99 at 200/s ÷ p99 of a commit", .atMost, must: 3, aim: 2, latency.p99Ratio),
            Goal("enqueue ÷ bare SQLite, batches of 256", .atLeast, must: 0.6, aim: 0.85, middle.enqueueRatio),
        ] + slowGoals + [
            Goal("resident, idle", .atMost, must: 30, aim: 20, idle.idleMemory),
            Goal(
                "resident, \(NumberText.short(Double(middle.size))) pending", .atMost, must: 80, aim: 50, middle.memory),
            Goal("evaluation, default rules, a recipient", .atMost, must: 1, aim: 0.3, rules),
        ]
    }

    private var slowGoals: [Goal] {
        slow.flatMap { slow in
            let name =
                "\(NumberText.short(Double(slow.inFlight))) at 100 ms, \(slow.lanes) gateway\(slow.lanes == 1 ? "" : "s")"
            return [
                Goal("\(name): share of the ideal", .atLeast, must: 0.85, aim: 0.93, slow.share),
                Goal("\(name): CPU ÷ fast", .atMost, must: 2.5, aim: 1.7, slow.cpuRatio),
            ]
        }
    }

    /// What stands behind the table.
    var details: [(title: String, figures: [RoundSet])] {
        [
            (deliver.title, deliver.figures), (instructions.title, instructions.figures),
            (latency.title, latency.figures), (idle.title, idle.figures),
        ] + slow.map { ($0.title, $0.figures) } + backlog.sizes.map { ($0.title, $0.figures) }
    }
}
