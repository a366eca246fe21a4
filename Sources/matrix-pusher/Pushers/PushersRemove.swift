internal import ArgumentParser
internal import PushJSON
internal import PusherService

struct PushersRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a pusher and what is queued for it.",
        discussion: """
            The running sidecar does it. The pusher can be had back with removed restore, for as long as \
            queue.removed_pusher_retention says; what was queued can not.
            """
    )

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("The pusher's id, as pushers list shows it.", valueName: "id"))
    var id: Int64

    @Flag(help: "Show the pushkey in full.")
    var showSecrets = false

    func run() async throws {
        let removed = try common.queue().removePusher(id: id, showsSecrets: showSecrets).root
        if common.json { return try Output.print(json: removed) }
        let text = NotificationText(removed, now: SystemClock.milliseconds)
        let line = "removed pusher \(id) of \(text["user_id"]); undo with: matrix-pusher removed restore \(text["id"])"
        try Output.print(Printable.text(line))
    }
}
