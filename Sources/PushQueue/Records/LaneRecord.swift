/// A gateway that is held back, because it is down or suspected of rejecting pushkeys by mistake.
package struct LaneRecord: Sendable, Equatable {
    /// The gateway's name, `https://host:443`.
    package var gateway: String
    /// Unix milliseconds.
    package var failingSince: Int64
    /// Failures in a row; 0 for one that is only suspected.
    package var failures: Int
    /// Unix milliseconds.
    package var nextProbeAt: Int64
    /// It rejected so many pushkeys that no pusher is removed on its word.
    package var isSuspect: Bool

    package init(gateway: String, failingSince: Int64, failures: Int, nextProbeAt: Int64, isSuspect: Bool = false) {
        self.gateway = gateway
        self.failingSince = failingSince
        self.failures = failures
        self.nextProbeAt = nextProbeAt
        self.isSuspect = isSuspect
    }
}
