/// A dead letter as a listing shows it.
package struct DeadLetterSummary: Sendable, Equatable {
    /// The notification as it was when it was given up on.
    package var notification: PendingNotification
    package var userID: String
    package var appID: String
    package var pushkey: String
    package var gateway: String
    package var eventID: String
    package var roomID: String
    package var lastError: String?
    /// The last answer's HTTP status, where there was one.
    package var lastStatus: Int?
    /// Unix milliseconds.
    package var deadAt: Int64
    package var reason: DeadLetter.Reason

    package init(
        notification: PendingNotification,
        userID: String,
        appID: String,
        pushkey: String,
        gateway: String,
        eventID: String,
        roomID: String,
        lastError: String?,
        lastStatus: Int?,
        deadAt: Int64,
        reason: DeadLetter.Reason
    ) {
        self.notification = notification
        self.userID = userID
        self.appID = appID
        self.pushkey = pushkey
        self.gateway = gateway
        self.eventID = eventID
        self.roomID = roomID
        self.lastError = lastError
        self.lastStatus = lastStatus
        self.deadAt = deadAt
        self.reason = reason
    }
}
