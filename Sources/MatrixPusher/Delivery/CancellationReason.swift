/// Why a queued notification was not sent after all.
public enum CancellationReason: String, Sendable, CaseIterable {
    case read
    case redacted
    /// The user's push rules were changed and no longer notify of it.
    case muted
    /// Its pusher was disabled.
    case disabled
    /// Its pusher was removed, or replaced by another user's.
    case removed
    /// It was in flight when it was read, redacted or its pusher disabled, and was not accepted.
    case unanswered
}
