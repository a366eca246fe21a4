internal import ArgumentParser
internal import PushJSON
internal import PusherService

struct RemovedRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Set a removed pusher again, as it was.",
        discussion: """
            The running sidecar does it. It refuses where the app ID and pushkey were set again since, by the same user \
            or another, and for users that were deleted.
            """
    )

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("The removal's id, as removed list shows it.", valueName: "id"))
    var id: Int64

    @Flag(help: "Show the pushkey in full.")
    var showSecrets = false

    func run() async throws {
        let pusher = try common.queue().restorePusher(removal: id, showsSecrets: showSecrets).root
        if common.json { return try Output.print(json: pusher) }
        let text = NotificationText(pusher, now: SystemClock.milliseconds)
        try Output.print(Printable.text("restored as pusher \(text["id"]) of \(text["user_id"])"))
    }
}
