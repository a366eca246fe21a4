/// A queued notification as a listing shows it: joined with its pusher and its event's ids.
package struct NotificationSummary: Sendable, Equatable {
    package var notification: PendingNotification
    package var userID: String
    package var appID: String
    package var pushkey: String
    package var gateway: String
    package var eventID: String
    package var roomID: String
    package var lastError: String?
    /// The pusher's next attempt, Unix milliseconds.
    package var nextAttemptAt: Int64?

    package init(
        notification: PendingNotification,
        userID: String,
        appID: String,
        pushkey: String,
        gateway: String,
        eventID: String,
        roomID: String,
        lastError: String?,
        nextAttemptAt: Int64?
    ) {
        self.notification = notification
        self.userID = userID
        self.appID = appID
        self.pushkey = pushkey
        self.gateway = gateway
        self.eventID = eventID
        self.roomID = roomID
        self.lastError = lastError
        self.nextAttemptAt = nextAttemptAt
    }
}
