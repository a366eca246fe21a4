internal import PushJSON
internal import PusherService

/// Pushers for people.
struct PusherTable: ItemTable {
    private var table = Table([
        .init(title: "ID"), .init(title: "STATE"), .init(title: "QUEUED", isNumber: true),
        .init(title: "TRIES", isNumber: true), .init(title: "NEXT", isNumber: true),
        .init(title: "LAST OK", isNumber: true), .init(title: "USER", isFlexible: true),
        .init(title: "APP", isFlexible: true), .init(title: "PUSHKEY", isFlexible: true),
        .init(title: "GATEWAY", isFlexible: true), .init(title: "LAST ERROR", isFlexible: true),
    ])
    private let now: Int64

    /// - Parameter now: Unix milliseconds that ages are counted to.
    init(now: Int64) {
        self.now = now
    }

    mutating func add(_ pusher: JSONValue) {
        let text = NotificationText(pusher, now: now)
        table.add([
            text["id"], Self.state(of: pusher), text["queued"], text["attempts"], text.time(until: "next_attempt"),
            text.age(of: "last_success"), text["user_id"], text["app_id"], text["pushkey"], text["gateway"],
            text["last_error"],
        ])
    }

    func text(width: Int?) -> String { table.text(width: width) }

    /// The word that `--state` takes.
    static func state(of pusher: JSONValue) -> String {
        guard pusher["enabled"]?.bool == true else { return "disabled" }
        return pusher["failing_since"]?.isNull == false ? "failing" : "ok"
    }
}
