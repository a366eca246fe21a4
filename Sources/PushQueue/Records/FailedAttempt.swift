/// A delivery attempt that failed, with what it does to its notification and its pusher.
package struct FailedAttempt: Sendable, Equatable {
    package var notification: Int64
    package var attempt: AttemptRecord
    /// Whether it counts as an attempt of the notification (a gateway's failure does not).
    package var countsAttempt: Bool
    /// How often the notification has been refused by now.
    package var refusals: Int
    package var pusher: Int64
    /// The pusher's health from now on; `nil` leaves it as it is.
    package var health: PusherHealth?

    package init(
        notification: Int64,
        attempt: AttemptRecord,
        countsAttempt: Bool,
        refusals: Int = 0,
        pusher: Int64,
        health: PusherHealth?
    ) {
        self.notification = notification
        self.attempt = attempt
        self.countsAttempt = countsAttempt
        self.refusals = refusals
        self.pusher = pusher
        self.health = health
    }
}
