/// What became of a ``TransferRequest``.
package struct FinishedTransfer: Sendable, Equatable {
    package var token: UInt64
    package var outcome: GatewayOutcome
    /// When the request was handed to libcurl, in Unix milliseconds.
    package var startedAt: Int64
    /// From then to the end of the response.
    package var durationMilliseconds: Int64
    /// Name resolution, connection and TLS handshake; nil where a connection was reused or none came about.
    package var connectMilliseconds: Int64?
    /// From the request being sent to the first byte of the answer; nil where none came.
    package var waitMilliseconds: Int64?
    /// Pushkeys in the `rejected` list that were not sent.
    package var foreignRejectedKeys: Int

    package init(
        token: UInt64, outcome: GatewayOutcome, startedAt: Int64, durationMilliseconds: Int64,
        connectMilliseconds: Int64? = nil, waitMilliseconds: Int64? = nil, foreignRejectedKeys: Int = 0
    ) {
        self.token = token
        self.outcome = outcome
        self.startedAt = startedAt
        self.durationMilliseconds = durationMilliseconds
        self.connectMilliseconds = connectMilliseconds
        self.waitMilliseconds = waitMilliseconds
        self.foreignRejectedKeys = foreignRejectedKeys
    }
}
