/// Which dead letters are meant; every member that is set narrows the choice.
public struct DeadLetterFilter: Sendable, Equatable {
    /// A gateway's name (`https://host:port`) or host.
    public var gateway: String?
    public var userID: String?
    public var appID: String?
    public var reason: NotificationSummary.Death.Reason?
    /// Queued at least this long ago.
    public var olderThan: Duration?
    /// At most this many, in the order in which their events came.
    public var limit = 100

    public init() {}
}

extension DeadLetterFilter {
    init(_ filter: NotificationFilter) {
        gateway = filter.gateway
        userID = filter.userID
        appID = filter.appID
        olderThan = filter.olderThan
        limit = filter.limit
    }
}
