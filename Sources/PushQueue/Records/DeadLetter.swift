/// A notification that is given up on.
package struct DeadLetter: Sendable, Equatable {
    package var notification: Int64
    package var reason: Reason
    /// Unix milliseconds.
    package var at: Int64
    /// The attempt that ended it, where it was an attempt; it goes into the log.
    package var lastAttempt: AttemptRecord?
    /// Whether that counts as an attempt of the notification.
    package var countsAttempt: Bool

    /// Why; the raw value is stored and shown.
    package enum Reason: String, Sendable, CaseIterable {
        case gaveUp = "gave_up"
        case expired
        case refused
        case tooLarge = "too_large"
        case blockedAddress = "blocked_address"
    }

    package init(
        notification: Int64, reason: Reason, at: Int64, lastAttempt: AttemptRecord? = nil, countsAttempt: Bool = true
    ) {
        self.notification = notification
        self.reason = reason
        self.at = at
        self.lastAttempt = lastAttempt
        self.countsAttempt = countsAttempt
    }
}
