/// Backlogs of several sizes, the smallest first, measured side by side.
struct BacklogSeries {
    private(set) var sizes: [BacklogMeasurement]

    /// How often each sends to the other gateway in a round. A machine with neighbours is not the same for two minutes: the
    /// backlogs take turns.
    private static let turns = 5

    init(_ sizes: [Int], batch: Int, _ settings: DeliverSettings) {
        self.sizes = sizes.map { BacklogMeasurement(size: $0, batch: batch, settings) }
    }

    /// - Parameter progress: Told what comes next.
    mutating func runRound(_ progress: (String) -> Void) async throws {
        var queues: [FilledQueue] = []
        defer { for queue in queues { queue.remove() } }
        for index in sizes.indices {
            progress("filling a backlog of \(NumberText.short(Double(sizes[index].size)))")
            queues.append(try await sizes[index].fill())
        }
        progress("sending to another gateway")
        for queue in queues { try queue.warmUp() }
        var runs = queues.map { _ in [DeliverRun]() }
        for turn in 0..<Self.turns {
            let order = turn.isMultiple(of: 2) ? Array(queues.indices) : queues.indices.reversed()
            for index in order { runs[index].append(try queues[index].measure()) }
        }
        for index in sizes.indices {
            sizes[index].append(runs[index])
            progress("draining a backlog of \(NumberText.short(Double(sizes[index].size)))")
            try await sizes[index].drain(queues[index])
        }
    }

    /// How the work for another gateway fares with the largest backlog, against the smallest; nothing where there is but one.
    var comparison: [RoundSet] {
        guard let small = sizes.first, let large = sizes.last, sizes.count > 1 else { return [] }
        return [
            large.liveRate.ratio(to: small.liveRate, "rate to another gateway, large ÷ small"),
            large.liveCPU.ratio(to: small.liveCPU, "CPU there, large ÷ small"),
            large.bytesPerItem(over: small),
        ]
    }
}
