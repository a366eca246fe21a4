/// Which notifications or dead letters a listing is about; what is `nil` does not restrict.
package struct NotificationFilter: Sendable, Equatable {
    /// A gateway's name (`https://push.example.org:443`) or its host alone.
    package var gateway: String?
    package var userID: String?
    package var appID: String?
    package var pusher: Int64?
    /// Unix milliseconds: only what was queued before.
    package var queuedBefore: Int64?
    /// Only dead letters with this reason; says nothing about what is queued.
    package var reason: DeadLetter.Reason?

    package init(
        gateway: String? = nil,
        userID: String? = nil,
        appID: String? = nil,
        pusher: Int64? = nil,
        queuedBefore: Int64? = nil,
        reason: DeadLetter.Reason? = nil
    ) {
        self.gateway = gateway
        self.userID = userID
        self.appID = appID
        self.pusher = pusher
        self.queuedBefore = queuedBefore
        self.reason = reason
    }
}
