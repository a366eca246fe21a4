/// The few numbers of a queued notification that scheduling needs.
package struct PendingNotification: Sendable, Equatable {
    package var id: Int64
    package var pusher: Int64
    /// Unix milliseconds.
    package var queuedAt: Int64
    /// Unix milliseconds.
    package var notBefore: Int64?
    package var attempts: Int
    /// Those of the attempts that the gateway refused with a status that is no server's error.
    package var refusals: Int
    package var flags: Int32

    package init(
        id: Int64, pusher: Int64, queuedAt: Int64, notBefore: Int64?, attempts: Int, refusals: Int = 0, flags: Int32
    ) {
        self.id = id
        self.pusher = pusher
        self.queuedAt = queuedAt
        self.notBefore = notBefore
        self.attempts = attempts
        self.refusals = refusals
        self.flags = flags
    }
}
