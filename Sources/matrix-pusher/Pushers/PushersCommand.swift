internal import ArgumentParser

struct PushersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pushers",
        abstract: "Look at the pushers and their health, or remove one.",
        subcommands: [PushersList.self, PushersShow.self, PushersRemove.self]
    )
}
