/// One delivery attempt in a notification's log.
package struct AttemptRecord: Sendable, Equatable {
    /// Unix milliseconds.
    package var at: Int64
    package var durationMilliseconds: Int64
    /// A short class of outcome, such as `timeout` or `refused`.
    package var outcome: String
    /// The HTTP status, where there was an answer.
    package var status: Int?
    /// More about the outcome; never a pushkey or event content.
    package var reason: String?
    /// Unix milliseconds.
    package var nextAttemptAt: Int64?

    package init(
        at: Int64,
        durationMilliseconds: Int64,
        outcome: String,
        status: Int? = nil,
        reason: String? = nil,
        nextAttemptAt: Int64? = nil
    ) {
        self.at = at
        self.durationMilliseconds = durationMilliseconds
        self.outcome = outcome
        self.status = status
        self.reason = reason
        self.nextAttemptAt = nextAttemptAt
    }

    /// What a listing shows as the last error.
    package var lastError: String { reason ?? outcome }
}
