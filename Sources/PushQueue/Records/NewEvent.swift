/// An event to store once, with the notifications that refer to it.
package struct NewEvent: Sendable, Equatable {
    /// The rendered JSON object of the notification, as text.
    package var body: [UInt8]
    /// Splice points into `body`; the queue only keeps them. The bytes before `idsEnd` are what listings return.
    package var idsEnd: Int
    package var contentStart: Int
    /// Unix milliseconds after which the event is of no use to anyone.
    package var expiresAt: Int64?
    package var notifications: [NewNotification]
    /// What the history keeps of the event; nil where it keeps nothing.
    package var history: NewHistory?

    package init(
        body: [UInt8],
        idsEnd: Int,
        contentStart: Int,
        expiresAt: Int64? = nil,
        notifications: [NewNotification],
        history: NewHistory? = nil
    ) {
        self.body = body
        self.idsEnd = idsEnd
        self.contentStart = contentStart
        self.expiresAt = expiresAt
        self.notifications = notifications
        self.history = history
    }
}
