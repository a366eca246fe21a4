/// Which pushers a listing is about; what is `nil` does not restrict.
package struct PusherQuery: Sendable, Equatable {
    package enum State: Sendable {
        /// Enabled and without failures.
        case ok
        /// Enabled and in a run of failures.
        case failing
        case disabled
    }

    /// A gateway's name (`https://push.example.org:443`) or its host alone.
    package var gateway: String?
    package var userID: String?
    package var appID: String?
    package var state: State?

    package init(gateway: String? = nil, userID: String? = nil, appID: String? = nil, state: State? = nil) {
        self.gateway = gateway
        self.userID = userID
        self.appID = appID
        self.state = state
    }
}
