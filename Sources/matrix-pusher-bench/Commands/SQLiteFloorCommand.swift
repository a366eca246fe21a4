import ArgumentParser

/// `floor-sqlite`: the process of the bare SQLite queue.
struct SQLiteFloorCommand: ParsableCommand {
    enum Work: String, ExpressibleByArgument {
        /// Insert and delete.
        case cycle
        /// Insert.
        case append
    }

    static let configuration = CommandConfiguration(
        commandName: "floor-sqlite", abstract: "Run the bare SQLite queue.", shouldDisplay: false)

    @Option(help: "The database to make.") var database: String
    @Option(help: "What to do with each row.") var work: Work
    @Option(help: "Notifications that are measured.") var rows: Int
    @Option(help: "Notifications a commit.") var batch: Int
    @Option(help: "Notifications before.") var warmUp = 2048

    func validate() throws {
        guard rows > 0, batch > 0, warmUp >= 0 else { throw ValidationError("out of range") }
    }

    func run() throws {
        let queue = try BareQueue(path: database)
        try queue.cycle(warmUp, batch: batch)
        let result = try WorkResult.measuring(rows) {
            switch work {
            case .cycle: try queue.cycle(rows, batch: batch)
            case .append: try queue.append(rows, batch: batch)
            }
        }
        print(result.json)
    }
}
