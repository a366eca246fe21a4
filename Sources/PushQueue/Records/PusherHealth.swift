/// How deliveries to a pusher have been going. Times are Unix milliseconds.
package struct PusherHealth: Sendable, Equatable {
    /// When the present run of failures began; `nil` while all is well.
    package var failingSince: Int64?
    /// Failed attempts in a row.
    package var attempts: Int
    package var nextAttemptAt: Int64?
    package var lastSuccessAt: Int64?
    package var lastError: String?

    package init(
        failingSince: Int64? = nil,
        attempts: Int = 0,
        nextAttemptAt: Int64? = nil,
        lastSuccessAt: Int64? = nil,
        lastError: String? = nil
    ) {
        self.failingSince = failingSince
        self.attempts = attempts
        self.nextAttemptAt = nextAttemptAt
        self.lastSuccessAt = lastSuccessAt
        self.lastError = lastError
    }
}
