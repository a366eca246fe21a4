internal import ArgumentParser

struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "Look at the queued notifications.",
        subcommands: [QueueList.self, QueueShow.self]
    )
}
