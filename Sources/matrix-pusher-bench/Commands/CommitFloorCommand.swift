import ArgumentParser
import Glibc

/// `floor-commit`: the process that commits single rows.
struct CommitFloorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "floor-commit", abstract: "Commit one row at a time.", shouldDisplay: false)

    @Option(help: "The database to make.") var database: String
    @Option(help: "Commits a second.") var rate: Double
    @Option(help: "How long.") var seconds: Int

    func validate() throws {
        guard rate > 0, rate <= 1_000_000, seconds > 0 else { throw ValidationError("out of range") }
    }

    func run() throws {
        let queue = try BareQueue(path: database)
        // The write-ahead log has been through a checkpoint: before, each commit makes its file longer.
        try queue.cycle(20_000, batch: 512)
        var durations: [UInt64] = []
        let start = Monotonic.now
        let end = start + UInt64(seconds) * 1_000_000_000
        var due = start
        while due < end, Monotonic.now < end {
            // As much idling between them as the sidecar has between its own.
            let early = Int64(due) - Int64(Monotonic.now)
            if early > 0 { usleep(UInt32(early / 1000)) }
            let begin = Monotonic.now
            try queue.appendEvent()
            durations.append(Monotonic.now - begin)
            due += UInt64(1e9 / rate)
        }
        guard let percentiles = Percentiles(nanoseconds: durations) else { throw ValidationError("nothing measured") }
        print(CommitTimes(percentiles).json)
    }
}
