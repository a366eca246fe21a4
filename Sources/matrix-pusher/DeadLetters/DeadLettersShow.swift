internal import ArgumentParser
internal import PushJSON
internal import PusherService

struct DeadLettersShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one dead letter with every attempt to deliver it."
    )

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("The dead letter's id, as dead-letters list shows it.", valueName: "id"))
    var id: Int64

    @Flag(help: "Show the pushkey in full.")
    var showSecrets = false

    func run() async throws {
        let letter = try await common.queue().deadLetter(id: id, showsSecrets: showSecrets).root
        if common.json { return try Output.print(json: letter) }
        try Output.print(NotificationScreen.text(letter, now: SystemClock.milliseconds))
    }
}
