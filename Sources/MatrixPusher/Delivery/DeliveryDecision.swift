internal import PushQueue

/// What follows from the outcome of a request; whom to blame is decided once, here and in ``BlameTable``.
enum DeliveryDecision: Equatable, Sendable {
    /// The gateway took the notification.
    case done
    /// The gateway rejected our pushkey: the pusher and its queue go.
    case removePusher
    /// The gateway is at fault: its lane backs off, the notification's attempt does not count.
    /// - Parameter retryAfter: the pause it asked for, milliseconds.
    case blameGateway(retryAfter: Int64?)
    /// The pusher backs off for at least this many milliseconds; the attempt counts.
    case blamePusher(minimumDelay: Int64)
    /// The notification is too large: once more as `event_id_only`.
    case reduce
    /// The notification becomes a dead letter, so that the next one goes.
    case bury(DeadLetter.Reason)
    /// Nothing was learned (a shutdown broke the request off): the notification stays where it is.
    case release
    /// It could not be sent for a reason of our own: the pusher waits this many milliseconds, nothing counts.
    case postpone(milliseconds: Int64)
}
