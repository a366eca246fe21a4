/// A stored event without its content: what maps from event and room ids to notifications are rebuilt from.
package struct QueuedEvent: Sendable, Equatable {
    package var number: Int64
    /// Unix milliseconds.
    package var queuedAt: Int64
    /// Unix milliseconds.
    package var expiresAt: Int64?
    /// The bytes of the body before its `idsEnd`.
    package var ids: [UInt8]

    package init(number: Int64, queuedAt: Int64, expiresAt: Int64?, ids: [UInt8]) {
        self.number = number
        self.queuedAt = queuedAt
        self.expiresAt = expiresAt
        self.ids = ids
    }
}
