/// All that a request to the gateway is built from, apart from the pusher.
package struct NotificationPayload: Sendable, Equatable {
    package var notification: PendingNotification
    package var tweaks: [UInt8]?
    /// The event's body; notifications of one event that are read together share the storage.
    package var body: [UInt8]
    package var idsEnd: Int
    package var contentStart: Int
    /// Unix milliseconds.
    package var expiresAt: Int64?

    package init(
        notification: PendingNotification,
        tweaks: [UInt8]?,
        body: [UInt8],
        idsEnd: Int,
        contentStart: Int,
        expiresAt: Int64?
    ) {
        self.notification = notification
        self.tweaks = tweaks
        self.body = body
        self.idsEnd = idsEnd
        self.contentStart = contentStart
        self.expiresAt = expiresAt
    }
}
