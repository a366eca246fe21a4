internal import ArgumentParser

struct RemovedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "removed",
        abstract: "Look at the pushers that were removed and why, or take a removal back.",
        subcommands: [RemovedList.self, RemovedRestore.self]
    )
}
