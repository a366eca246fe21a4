/// How long what is over is kept.
package struct QueueRetention: Sendable, Equatable {
    package var deadLetters: Duration
    package var removedPushers: Duration
    package var transactions: Duration
    /// Of what was read; what is unread is kept four times as long.
    package var history: Duration

    package init(
        deadLetters: Duration = .seconds(7 * 86_400),
        removedPushers: Duration = .seconds(7 * 86_400),
        transactions: Duration = .seconds(86_400),
        history: Duration = .seconds(7 * 86_400)
    ) {
        self.deadLetters = deadLetters
        self.removedPushers = removedPushers
        self.transactions = transactions
        self.history = history
    }
}
