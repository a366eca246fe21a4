internal import PushQueue

/// What follows from the outcome of a request; whom to blame is decided once, in ``BlameTable``.
enum DeliveryDecision: Equatable, Sendable {
    /// The gateway took the notification.
    case done
    /// The gateway rejected our pushkey: the pusher and its queue go, unless too many are rejected.
    case removePusher
    /// The gateway rejected our pushkey, after so many others that the pusher stays and nothing counts.
    /// - Parameter isMass: So many of late that the gateway is suspected; otherwise the pusher alone backs off.
    case distrust(isMass: Bool)
    /// The gateway is at fault: its lane backs off, the notification's attempt does not count.
    /// - Parameter retryAfter: the pause it asked for, milliseconds.
    case blameGateway(retryAfter: Int64?)
    /// The gateway or the pusher is at fault: the pusher backs off, the attempt counts; the lane joins in where most of its
    /// pushers fail.
    case blameEither
    /// The pusher backs off for at least this many milliseconds; the attempt counts.
    case blamePusher(minimumDelay: Int64)
    /// The gateway refused the notification: the pusher backs off, the attempt counts, also towards burying it.
    case refuse
    /// The notification is too large: once more as `event_id_only`.
    case reduce
    /// The notification becomes a dead letter, so that the next one goes.
    case bury(DeadLetter.Reason)
    /// Nothing was learned (a shutdown broke the request off): the notification stays where it is.
    case release
    /// It could not be sent for a reason of our own: the pusher waits this many milliseconds, nothing counts.
    case postpone(milliseconds: Int64)

    /// Whether it counts as an attempt of the notification.
    var countsAttempt: Bool {
        switch self {
        case .blameEither, .blamePusher, .refuse, .reduce: true
        default: false
        }
    }
}
