internal import ArgumentParser
internal import PushJSON
internal import PusherService

struct PushersShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one pusher with its health."
    )

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("The pusher's id, as pushers list shows it.", valueName: "id"))
    var id: Int64

    @Flag(help: "Show the pushkey in full, and the pusher's data.")
    var showSecrets = false

    func run() async throws {
        let pusher = try await common.queue().pusher(id: id, showsSecrets: showSecrets).root
        if common.json { return try Output.print(json: pusher) }
        try Output.print(Self.members(pusher, now: SystemClock.milliseconds))
    }

    private static func members(_ pusher: JSONValue, now: Int64) -> String {
        let text = NotificationText(pusher, now: now)
        func time(_ name: String) -> String {
            text[name] == "-" ? "-" : "\(text[name]) (\(text.age(of: name)) ago)"
        }
        let next = text.time(until: "next_attempt")
        var rows = [
            ("id", text["id"]), ("state", PusherTable.state(of: pusher)), ("user", text["user_id"]),
            ("device", "\(text["device_id"]) (\(text["device_display_name"]))"),
            ("app", "\(text["app_id"]) (\(text["app_display_name"]))"), ("pushkey", text["pushkey"]),
            ("gateway", text["gateway"]), ("format", text["format"] == "-" ? "full" : text["format"]),
            ("language", text["lang"]), ("queued", text["queued"]), ("last success", time("last_success")),
            ("failing since", time("failing_since")), ("attempts", text["attempts"]),
            ("next", next == "-" || next == "now" ? next : "\(text["next_attempt"]) (in \(next))"),
            ("last error", text["last_error"]),
        ]
        if pusher["data"] != nil { rows.append(("data", text["data"])) }
        return rows.map { name, value in
            name + String(repeating: " ", count: 15 - name.count) + Printable.text(value)
        }.joined(separator: "\n")
    }
}
