/// Which pushers to list; every member that is set narrows the list.
public struct PusherFilter: Sendable, Equatable {
    public enum State: String, Sendable, CaseIterable {
        /// Enabled and without failures.
        case ok
        /// Enabled and in a run of failures.
        case failing
        case disabled
    }

    /// A gateway's name (`https://host:port`) or host.
    public var gateway: String?
    public var userID: String?
    public var appID: String?
    public var state: State?
    /// At most this many, in the order in which they were first set.
    public var limit = 100

    public init() {}
}
