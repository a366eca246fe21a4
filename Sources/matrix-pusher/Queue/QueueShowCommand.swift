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
        let now = SystemClock.milliseconds
        try Output.print(Self.members(NotificationText(notification, now: now)))
        let attempts = notification["attempt_log"]
        guard let attempts, attempts.count > 0 else { return }
        try Output.print("")
        try Output.print(Self.attempts(attempts, now: now).text(width: Terminal.width))
    }

    private static func members(_ text: NotificationText) -> String {
        var rows = [
            ("id", text["id"]), ("state", text["state"]), ("kind", "\(text["kind"]), \(text["prio"]) priority"),
            ("user", text["user_id"]), ("app", text["app_id"]), ("pushkey", text["pushkey"]),
            ("gateway", text["gateway"]),
            ("event", text["event_id"]), ("room", text["room_id"]),
            ("queued", "\(text["queued_at"]) (\(text.age(of: "queued_at")) ago)"), ("attempts", text["attempts"]),
        ]
        if text["state"] == "dead" {
            rows.append(("dead", "\(text["dead_at"]): \(text["reason"])"))
        } else {
            let next = text.time(until: "next_attempt")
            rows.append(("next", next == "-" || next == "now" ? next : "\(text["next_attempt"]) (in \(next))"))
        }
        rows.append(("last error", text["last_error"]))
        return rows.map { name, value in
            name + String(repeating: " ", count: 13 - name.count) + Printable.text(value)
        }.joined(separator: "\n")
    }

    private static func attempts(_ attempts: JSONValue, now: Int64) -> Table {
        var table = Table([
            .init(title: "AT"), .init(title: "TOOK", isNumber: true), .init(title: "OUTCOME"),
            .init(title: "STATUS", isNumber: true), .init(title: "NEXT", isFlexible: true),
            .init(title: "REASON", isFlexible: true),
        ])
        for attempt in attempts.elements.map(Array.init) ?? [] {
            let text = NotificationText(attempt, now: now)
            let took = DurationText.rough(milliseconds: attempt["duration_ms"]?.integer ?? 0)
            table.add([text["at"], took, text["outcome"], text["status"], text["next_attempt"], text["reason"]])
        }
        return table
    }
}
