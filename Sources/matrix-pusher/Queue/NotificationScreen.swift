internal import PushJSON
internal import PusherService

/// One notification, queued or dead, for people: its members, and every attempt to deliver it.
enum NotificationScreen {
    /// - Parameter now: Unix milliseconds that ages are counted to.
    static func text(_ notification: JSONValue, now: Int64) -> String {
        let members = members(NotificationText(notification, now: now))
        guard let attempts = notification["attempt_log"], attempts.count > 0 else { return members }
        return members + "\n\n" + Self.attempts(attempts, now: now).text(width: Terminal.width)
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
            rows.append(("last status", text["last_status"]))
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
