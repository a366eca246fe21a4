import Synchronization

@testable import MatrixPusher

/// What the reading tests do as a homeserver does it.
extension Pusher {
    func register(_ pushkey: String, of userID: String = "@bob:hs", data: String) async throws {
        let body = """
            {"app_id":"app","pushkey":"\(pushkey)","kind":"http","app_display_name":"App","device_display_name":"Phone",\
            "lang":"en","data":\(data),"append":true}
            """
        try await setPusher(userID: userID, deviceID: nil, body: Array(body.utf8))
    }

    /// Sends an event; the transaction has the event's ID.
    func send(
        _ eventID: String, in room: String, from sender: String = "@alice:hs", type: String = "m.room.message",
        content: String? = nil, thread: String? = nil, to users: [String] = ["@bob:hs"], counts: String? = nil,
        actions: String? = nil
    ) async throws {
        let relation = thread.map { #""m.relates_to":{"rel_type":"m.thread","event_id":"\#($0)"},"# } ?? ""
        let content = content ?? #"{\#(relation)"msgtype":"m.text","body":"hi"}"#
        let extra = (counts.map { #","counts":\#($0)"# } ?? "") + (actions.map { #","actions":\#($0)"# } ?? "")
        let recipients = users.map { #"{"user_id":"\#($0)"\#(extra)}"# }.joined(separator: ",")
        let body = """
            {"events":[{"event":{"event_id":"\(eventID)","room_id":"\(room)","type":"\(type)","sender":"\(sender)",\
            "content":\(content)},"room":{"member_count":5},"recipients":[\(recipients)]}]}
            """
        _ = try await submit(transactionID: eventID, body: Array(body.utf8))
    }

    func receipt(
        _ eventID: String, in room: String, of userID: String = "@bob:hs", thread: String? = nil, counts: String? = nil
    ) async throws {
        let extra = (thread.map { #","thread_id":"\#($0)""# } ?? "") + (counts.map { #","counts":\#($0)"# } ?? "")
        let body = #"{"receipts":[{"user_id":"\#(userID)","room_id":"\#(room)","event_id":"\#(eventID)"\#(extra)}]}"#
        _ = try await submit(transactionID: "r\(UInt64.random(in: 0 ... .max))", body: Array(body.utf8))
    }

    func redact(_ eventID: String, inContent: Bool) async throws {
        let content = inContent ? #"{"redacts":"\#(eventID)"}"# : "{}"
        let top = inContent ? "" : #","redacts":"\#(eventID)""#
        let body = """
            {"events":[{"event":{"event_id":"$redaction-\(eventID)","room_id":"!a:hs","type":"m.room.redaction",\
            "sender":"@alice:hs","content":\(content)\(top)},"recipients":[]}]}
            """
        _ = try await submit(transactionID: "x\(eventID)", body: Array(body.utf8))
    }

    /// The events that are queued, in order.
    func queued() async throws -> [String] {
        try await notifications(NotificationFilter()).compactMap(\.eventID)
    }

    /// What requests to a user's pushers would say now.
    func counts(of userID: String) -> UnreadBoard.Counts {
        dispatcher.state.withLock { state in
            var counts = UnreadBoard.Counts(unread: -1, missedCalls: -1)
            state.scheduler.forEachPusher(ofUser: TextHash.of(userID)) { slot in
                let pusher = state.scheduler.pushers[Int(slot)]
                if pusher.flags.contains(.hasCounts) {
                    counts = .init(unread: Int(pusher.unread), missedCalls: Int(pusher.missedCalls))
                }
            }
            return counts
        }
    }
}
