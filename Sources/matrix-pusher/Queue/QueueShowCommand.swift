internal import ArgumentParser
internal import PushJSON
internal import PusherService

struct QueueShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one notification with every attempt to deliver it."
    )

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("The notification's id, as queue list shows it.", valueName: "id"))
    var id: Int64

    @Flag(help: "Show the pushkey in full.")
    var showSecrets = false

    func run() async throws {
        let notification = try await common.queue().notification(id: id, showsSecrets: showSecrets).root
        if common.json { return try Output.print(json: notification) }
        try Output.print(NotificationScreen.text(notification, now: SystemClock.milliseconds))
    }
}
