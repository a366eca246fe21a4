/// A gateway that is down.
package struct LaneRecord: Sendable, Equatable {
    /// The gateway's name, `https://host:443`.
    package var gateway: String
    /// Unix milliseconds.
    package var failingSince: Int64
    /// Failures in a row.
    package var failures: Int
    /// Unix milliseconds.
    package var nextProbeAt: Int64

    package init(gateway: String, failingSince: Int64, failures: Int, nextProbeAt: Int64) {
        self.gateway = gateway
        self.failingSince = failingSince
        self.failures = failures
        self.nextProbeAt = nextProbeAt
    }
}
