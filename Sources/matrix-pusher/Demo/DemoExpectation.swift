internal import PushJSON
internal import SidecarHarness

/// What has to reach one pusher of one event: written down beside the conversation, not asked of the program.
struct DemoExpectation: Sendable {
    let pusher: DemoPusher
    /// The event and its room as they were sent.
    let event: JSONValue
    let room: JSONValue?
    /// `prio`, `tweaks` and other `members` as they have to be.
    let wanted: JSONValue

    var delivery: DeliveryAudit.Delivery {
        DeliveryAudit.Delivery(pushkey: pusher.pushkey, eventID: event["event_id"]?.string ?? "")
    }

    /// What differs in a notification that came; empty when it is right.
    func differences(from received: ReceivedNotification) -> [String] {
        guard let notification = received.notification, let device = received.device else { return ["no notification"] }
        var differences: [String] = []
        func check(_ name: String, _ value: JSONValue?, _ wanted: JSONValue?) {
            let isSame =
                value.flatMap { value in wanted.map { value.isSame(as: $0) } } ?? (value == nil && wanted == nil)
            if !isSame { differences.append("\(name) is \(text(value)), not \(text(wanted))") }
        }

        if received.method != "POST" || received.target != "/_matrix/push/v1/notify" {
            differences.append("the request is \(received.method) \(received.target)")
        }
        check("prio", notification["prio"], wanted["prio"])
        check("event_id", notification["event_id"], event["event_id"])
        check("room_id", notification["room_id"], event["room_id"])
        let isFull = !pusher.wantsEventIDOnly
        for name in ["type", "sender", "content"] { check(name, notification[name], isFull ? event[name] : nil) }
        for (name, source) in [
            ("room_name", "name"), ("room_alias", "canonical_alias"), ("sender_display_name", "sender_display_name"),
        ] {
            check(name, notification[name], isFull ? room?[source] : nil)
        }
        if let members = wanted["members"]?.members {
            for member in members {
                guard let name = member.key.string else { continue }
                check(name, notification[name], member.value)
            }
        }
        if notification["devices"]?.count != 1 { differences.append("there is not exactly one device") }
        check("app_id", device["app_id"], pusher.registration["app_id"])
        check("tweaks", device["tweaks"], wanted["tweaks"])
        differences += dataDifferences(device["data"])
        return differences
    }

    /// A device's `data` is the pusher's without `url`.
    private func dataDifferences(_ data: JSONValue?) -> [String] {
        guard let registered = pusher.registration["data"]?.members else { return [] }
        let kept = registered.filter { !$0.key.isString("url") }
        let isSame = kept.allSatisfy { member in
            member.key.string.flatMap { data?[$0] }.map { member.value.isSame(as: $0) } ?? false
        }
        return isSame && (data?.count ?? 0) == kept.count ? [] : ["data is \(text(data))"]
    }

    private func text(_ value: JSONValue?) -> String {
        value.map { String(decoding: $0.sourceBytes, as: UTF8.self) } ?? "absent"
    }
}
