/// The `counts` of a notification; a member that is not known is nil.
package struct NotificationCounts: Sendable, Equatable {
    /// Unread messages, or rooms that have any.
    package var unread: Int64?
    /// Missed calls.
    package var missedCalls: Int64?

    package init(unread: Int64? = nil, missedCalls: Int64? = nil) {
        self.unread = unread
        self.missedCalls = missedCalls
    }

    /// Whether any count is known.
    package var isKnown: Bool { unread != nil || missedCalls != nil }
}
