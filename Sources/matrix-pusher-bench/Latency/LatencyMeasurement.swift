/// One rate of `latency`, measured in rounds: the sidecar, then single commits.
struct LatencyMeasurement {
    /// Events a second.
    let rate: Double
    /// Of each round.
    let seconds: Int

    private var latency = Percentiles.names.map { RoundSet("PUT sent to gateway receipt, \($0)", unit: "ms") }
    private var commits = Percentiles.names.map { RoundSet("floor: commit of one row, \($0)", unit: "ms") }
    private var cpu = RoundSet("CPU of the sidecar a notification", unit: "µs")

    init(rate: Double, seconds: Int) {
        self.rate = rate
        self.seconds = seconds
    }

    var title: String { "\(NumberText.short(rate)) events a second, one a transaction, 1 recipient, \(seconds) s" }
    var figures: [RoundSet] { latency + commits + [p99Ratio, cpu] }
    /// The sidecar's p99 divided by that of single commits.
    var p99Ratio: RoundSet { latency[1].ratio(to: commits[1], "p99 ÷ p99 of a commit") }

    mutating func runRound() async throws {
        let run = try await measure()
        cpu.append(run.cpuMicroseconds)
        if let percentiles = Percentiles(nanoseconds: run.latencies) {
            for (index, value) in percentiles.values.enumerated() { latency[index].append(value) }
        }
        let floor = try await Floors().commits(rate: rate, seconds: max(1, seconds / 3))
        for (index, value) in floor.values.enumerated() { commits[index].append(value) }
    }

    private func measure() async throws -> DeliverRun {
        let events = max(1, Int(rate) * seconds)
        let gateway = try BuiltInGateway(capacity: events + 100_000)
        defer { gateway.stop() }
        let sidecar = try await SidecarUnderTest.start()
        defer { sidecar.remove() }
        let source = TransactionSource(TransactionSource.Shape(batch: 1))
        try sidecar.setPushers(source.shape.users, at: gateway.urls)
        // Enough connections that hardly any event waits for one; if it does, its time counts from when it was due.
        var settings = DeliverSettings(notifications: 2000, connections: 16)
        try DeliverRun.warmUp(sidecar, at: gateway, source, settings)
        settings.notifications = events
        return try DeliverRun.measure(sidecar, at: gateway, source, settings, rate: rate)
    }
}
