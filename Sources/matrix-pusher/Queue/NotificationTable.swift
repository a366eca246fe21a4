internal import PushJSON
internal import PusherService

/// Notifications for people.
struct NotificationTable: ItemTable {
    private var table = Table([
        .init(title: "ID"), .init(title: "STATE"), .init(title: "PRIO"), .init(title: "AGE", isNumber: true),
        .init(title: "TRIES", isNumber: true), .init(title: "NEXT", isNumber: true),
        .init(title: "USER", isFlexible: true), .init(title: "GATEWAY", isFlexible: true),
        .init(title: "LAST ERROR", isFlexible: true),
    ])
    private let now: Int64

    /// - Parameter now: Unix milliseconds that ages are counted to.
    init(now: Int64) {
        self.now = now
    }

    mutating func add(_ notification: JSONValue) {
        let text = NotificationText(notification, now: now)
        table.add([
            text["id"], text["state"], text["prio"], text.age(of: "queued_at"), text["attempts"],
            text.time(until: "next_attempt"),
            text["user_id"], text["gateway"], text["last_error"],
        ])
    }

    func text(width: Int?) -> String { table.text(width: width) }
}

/// A notification's members as text.
struct NotificationText {
    private let value: JSONValue
    private let now: Int64

    init(_ value: JSONValue, now: Int64) {
        self.value = value
        self.now = now
    }

    /// The member's text; `-` for null and for what is not there.
    subscript(_ name: String) -> String {
        guard let member = value[name], !member.isNull else { return "-" }
        return member.string ?? String(decoding: member.sourceBytes, as: UTF8.self)
    }

    func age(of name: String) -> String {
        guard let time = time(name) else { return "-" }
        return DurationText.rough(milliseconds: now - time)
    }

    func time(until name: String) -> String {
        guard let time = time(name) else { return "-" }
        return time <= now ? "now" : DurationText.rough(milliseconds: time - now)
    }

    private func time(_ name: String) -> Int64? {
        value[name]?.string.flatMap(RFC3339.milliseconds)
    }
}
