package import PushJSON

/// A request as a gateway saw it, and what became of it.
package struct ReceivedNotification: Sendable {
    /// The name of the gateway it came to.
    package let gateway: String
    package let method: String
    package let target: String
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]
    /// The body's `notification`; nil where the body is not what a push gateway expects.
    package let notification: JSONValue?
    package let receivedAt: ContinuousClock.Instant
    /// When the answer was written or the connection ended.
    package var endedAt: ContinuousClock.Instant?
    /// The status that was answered; nil without an answer.
    package var status: Int?
    /// Whether the answer rejects the pushkey.
    package var rejectsPushkey = false

    package init(
        gateway: String = "gateway", method: String = "POST", target: String = "/_matrix/push/v1/notify",
        headers: [(name: String, value: String)] = [], body: [UInt8], receivedAt: ContinuousClock.Instant
    ) {
        self.gateway = gateway
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.receivedAt = receivedAt
        notification = (try? JSONDocument(parsing: body))?.root["notification"]
    }

    package var isAccepted: Bool { status.map { 200..<300 ~= $0 } ?? false }
    package var eventID: String? { notification?["event_id"]?.string }
    package var prio: String? { notification?["prio"]?.string }
    /// The first device; a sidecar's requests have exactly one.
    package var device: JSONValue? { notification?["devices"]?.elements?.first { _ in true } }
    package var pushkey: String? { device?["pushkey"]?.string }
}
