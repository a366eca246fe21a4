import PushJSON
import SidecarHarness
import Testing

/// What a homeserver says about reading, and pushers whose queue is held back until they are set again.
extension Bench {
    /// A pusher waits an hour after its first failure, so that what is queued for it stays.
    static let held = local + "\nretry: {initial: 1h}"

    /// Accepts what goes to pushers that are well and fails the others; see ``release(_:user:)``.
    static let onlyTheWell: ScriptedGateway.Script = { received in
        received.device?["data"]?["well"]?.bool == true ? .accept : .respond(status: 500)
    }

    /// Lets a pusher's queue go: it is set again, this time so that the gateway takes what comes.
    func release(_ pushkey: String = "key", user: String = "@bob:hs") async throws {
        try await register(pushkey, user: user, data: #","well":true"#)
    }

    /// Waits until a pusher has failed and what is queued for it stays.
    func waitForFailure(of pushkey: String = "key") async throws {
        try await waitUntil("\(pushkey) to fail") {
            let pushers = try await client.get("/_pusher/v1/pushers?show_secrets=true").json?["pushers"]?.elements
            let found = pushers?.first { $0["pushkey"]?.string == pushkey }
            return found?["attempts"]?.integer ?? 0 > 0
        }
    }

    /// Registers a pusher and has it fail on `$first` in a room of its own, so that what comes from now on stays queued.
    func registerFailing(_ pushkey: String = "key", user: String = "@bob:hs") async throws {
        try await register(pushkey, user: user)
        try await submit(Self.event("$first", in: "!first:hs", to: [user]), as: "first-\(pushkey)")
        try await waitForFailure(of: pushkey)
    }

    /// Waits until everything was delivered, and until that is on the disk: what is written after it is.
    func waitUntilDelivered(as transaction: String) async throws {
        try await waitForEmptyQueue()
        try await settle(as: transaction)
    }

    /// Waits until what was delivered before is on the disk.
    func settle(as transaction: String) async throws {
        // What has finished is left behind by transactions for 10 ms, and never for more than 20.
        try await Task.sleep(for: .milliseconds(50))
        try await submit(as: transaction)
    }

    /// An item of a transaction's `events`, by Alice where nobody else is named.
    static func event(
        _ eventID: String, in room: String = "!r:hs", from sender: String = "@alice:hs",
        type: String = "m.room.message",
        content: String? = nil, thread: String? = nil, members: String = "", to users: [String] = ["@bob:hs"],
        recipient: String = ""
    ) -> String {
        let relation = thread.map { #","m.relates_to":{"rel_type":"m.thread","event_id":"\#($0)"}"# } ?? ""
        let content = content ?? #"{"msgtype":"m.text","body":"hi"\#(relation)}"#
        let recipients = users.map { #"{"user_id":"\#($0)"\#(recipient)}"# }.joined(separator: ",")
        return """
            {"event":{"event_id":"\(eventID)","room_id":"\(room)","type":"\(type)","sender":"\(sender)",\
            "origin_server_ts":1700000000000,"content":\(content)\(members)},\
            "room":{"name":"Mission Control","member_count":12},"recipients":[\(recipients)]}
            """
    }

    /// An item of a transaction's `receipts`.
    static func receipt(
        _ eventID: String, in room: String = "!r:hs", of user: String = "@bob:hs", thread: String? = nil,
        counts: String? = nil
    ) -> String {
        let extra = (thread.map { #","thread_id":"\#($0)""# } ?? "") + (counts.map { #","counts":\#($0)"# } ?? "")
        return #"{"user_id":"\#(user)","room_id":"\#(room)","event_id":"\#(eventID)"\#(extra)}"#
    }

    static func transaction(events: [String] = [], receipts: [String] = []) -> String {
        let lists = "\"events\":[\(events.joined(separator: ","))],\"receipts\":[\(receipts.joined(separator: ","))]"
        return "{\(lists)}"
    }

    /// Sends receipts; anything but complete success fails the test.
    func read(_ receipts: String..., as transaction: String) async throws {
        let response = try await client.send(
            "PUT", "/_pusher/v1/transactions/\(transaction)", Self.transaction(receipts: receipts))
        try #require(response.status == 200, "receipts: \(response.text)")
        try #require(response.json?["rejected"]?.count == 0, "receipts: \(response.text)")
    }

    /// The events that are queued, oldest first.
    func queued() async throws -> [String] {
        try await notifications().compactMap { $0["event_id"]?.string }
    }

    /// What the gateways have accepted, in order.
    var accepted: [ReceivedNotification] { log.received.filter(\.isAccepted) }

    /// Waits until an event was accepted.
    func waitForAccepted(_ eventID: String) async throws {
        try await waitUntil("\(eventID) to be accepted") { accepted.contains { $0.eventID == eventID } }
    }
}

extension ReceivedNotification {
    /// `unread` and `missed_calls` as they are written, nil where they are not.
    var counts: [Int64?] {
        ["unread", "missed_calls"].map { notification?["counts"]?[$0]?.integer }
    }
}
