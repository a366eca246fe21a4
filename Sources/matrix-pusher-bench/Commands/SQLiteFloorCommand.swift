import ArgumentParser
import SidecarHarness

/// `floor-sqlite`: the process of the bare SQLite queue.
struct SQLiteFloorCommand: ParsableCommand {
    enum Work: String, ExpressibleByArgument {
        /// Insert and delete.
        case cycle
        /// Insert.
        case append
        /// Read the notifications of a queue of matrix-pusher's from the first to the last.
        case scan
    }

    static let configuration = CommandConfiguration(
        commandName: "floor-sqlite", abstract: "Run the bare SQLite queue.", shouldDisplay: false)

    @Option(help: "The database: one to make, or the queue to read.") var database: String
    @Option(help: "What to do with each row.") var work: Work
    @Option(help: "Notifications that are measured.") var rows: Int
    @Option(help: "Notifications a commit.") var batch: Int
    /// So many that the write-ahead log has been through a checkpoint: before, each commit makes its file longer.
    @Option(help: "Notifications before, 512 a commit.") var warmUp = 20_000

    func validate() throws {
        guard rows > 0, batch > 0, warmUp >= 0 else { throw ValidationError("out of range") }
    }

    func run() throws {
        switch work {
        case .cycle, .append:
            let queue = try BareQueue(path: database)
            try queue.cycle(warmUp, batch: 512)
            let result = try WorkResult.measuring(rows) {
                if work == .cycle { try queue.cycle(rows, batch: batch) } else { try queue.append(rows, batch: batch) }
            }
            print(result.json)
        case .scan:
            let file = try QueueFile(path: database)
            let result = try WorkResult.measuring(rows) {
                let count = try file.scanNotifications()
                guard count == rows else { throw HarnessError("the queue has \(count) notifications, not \(rows)") }
            }
            print(result.json)
        }
    }
}
