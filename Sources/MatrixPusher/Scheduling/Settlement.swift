internal import PushQueue

/// What the scheduler wants written after a request ended or a notification ran out of time.
enum Settlement: Equatable, Sendable {
    /// Nothing to write.
    case none
    /// The notification is done; news is that the pusher is well again, or its first success in an hour.
    case accepted(notification: Int64, hadFailures: Bool, isNews: Bool)
    /// The notification stays at the front and is tried again; nil `nextAttemptAt`: when the gateway's lane lets it.
    case retried(notification: Int64, countsAttempt: Bool, failure: PusherFailure, nextAttemptAt: Int64?)
    /// The notification became a dead letter.
    case buried(notification: Int64, reason: DeadLetter.Reason, countsAttempt: Bool)
    /// The notification was cancelled while it was in flight, and was not accepted.
    case cancelled(notification: Int64)
    /// The counts-only push is done, or given up.
    /// - Parameter askedAt: since when it was wanted, Unix milliseconds; one that is wanted since later stays.
    case badgeEnded(isAccepted: Bool, recovered: Bool, askedAt: Int64)
    /// The counts-only push is tried again.
    case badgeRetried(PusherFailure)
    /// The pusher goes with what was queued for it.
    case removed(notifications: [Int64])
}

/// A pusher's run of failures; kept only while it lasts.
struct PusherFailure: Equatable, Sendable {
    /// Failures in a row that count, which decide the backoff.
    var attempts = 0
    /// Failures in a row that do not count: the gateway's fault, which is not held back for them, or rejections that are
    /// not believed.
    var uncounted = 0
    /// Refusals of the notification at the front.
    var refusals = 0
    /// Its pushkey was rejected after a suspicion of the gateway, and counted there.
    var isDistrusted = false
    /// Unix milliseconds.
    var failingSince: Int64
    /// Unix milliseconds before which nothing is sent.
    var nextAttemptAt: Int64 = 0

    /// Follows a clock that was set.
    mutating func shift(by milliseconds: Int64) {
        failingSince += milliseconds
        if nextAttemptAt != 0 { nextAttemptAt += milliseconds }
    }

    /// Another notification has come to the front.
    mutating func beginHead() {
        refusals = 0
    }
}
