internal import PushJSON
internal import PusherService

/// Dead letters for people.
struct DeadLetterTable: ItemTable {
    private var table = Table([
        .init(title: "ID"), .init(title: "REASON"), .init(title: "DEAD", isNumber: true),
        .init(title: "AGE", isNumber: true), .init(title: "TRIES", isNumber: true),
        .init(title: "STATUS", isNumber: true), .init(title: "USER", isFlexible: true),
        .init(title: "GATEWAY", isFlexible: true), .init(title: "LAST ERROR", isFlexible: true),
    ])
    private let now: Int64

    /// - Parameter now: Unix milliseconds that ages are counted to.
    init(now: Int64) {
        self.now = now
    }

    mutating func add(_ letter: JSONValue) {
        let text = NotificationText(letter, now: now)
        table.add([
            text["id"], text["reason"], text.age(of: "dead_at"), text.age(of: "queued_at"), text["attempts"],
            text["last_status"], text["user_id"], text["gateway"], text["last_error"],
        ])
    }

    func text(width: Int?) -> String { table.text(width: width) }
}
