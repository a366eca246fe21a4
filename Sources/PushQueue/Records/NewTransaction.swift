/// Everything one ingest transaction adds to the queue; stored as a whole or not at all.
package struct NewTransaction: Sendable {
    /// The homeserver's transaction id; the same id again stores nothing and gets the first answer.
    /// `nil` for what the program adds on its own: that is never remembered.
    package var transactionID: String?
    /// The HTTP answer that a repetition of the transaction gets.
    package var answer: [UInt8]
    /// Unix milliseconds.
    package var queuedAt: Int64
    package var events: NewEvents
    /// New absolute counts; of several for one user the last one wins.
    package var counts: [UserCounts]
    /// A keyed hash of each (event, user) that is notified, to recognise it when it comes again.
    package var deliveryKeys: [UInt64]
    /// What its receipts and redactions do.
    package var effects: ReadingEffects

    package init(
        transactionID: String?,
        answer: [UInt8],
        queuedAt: Int64,
        events: NewEvents = NewEvents(),
        counts: [UserCounts] = [],
        deliveryKeys: [UInt64] = [],
        effects: ReadingEffects = ReadingEffects()
    ) {
        self.transactionID = transactionID
        self.answer = answer
        self.queuedAt = queuedAt
        self.events = events
        self.counts = counts
        self.deliveryKeys = deliveryKeys
        self.effects = effects
    }
}
