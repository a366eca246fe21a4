/// A tombstone: a pusher that was removed, with all that restoring it needs.
package struct RemovedPusher: Sendable, Equatable {
    /// Ascending, never used twice.
    package var sequence: Int64
    /// The pusher as it was, under its former id.
    package var pusher: PusherRow
    package var reason: Reason
    /// Unix milliseconds.
    package var removedAt: Int64
    /// Unix milliseconds; `nil` unless it was.
    package var restoredAt: Int64?

    /// Why; the raw value is stored and shown.
    package enum Reason: String, Sendable, CaseIterable {
        /// The gateway said that the pushkey is no longer valid.
        case rejected
        /// Another user set the same app id and pushkey.
        case replaced
        /// The device it belongs to was logged out.
        case logout
        /// Its user or an operator removed it.
        case deleted
        /// Its user was deleted.
        case user
    }

    package init(sequence: Int64, pusher: PusherRow, reason: Reason, removedAt: Int64, restoredAt: Int64?) {
        self.sequence = sequence
        self.pusher = pusher
        self.reason = reason
        self.removedAt = removedAt
        self.restoredAt = restoredAt
    }
}
