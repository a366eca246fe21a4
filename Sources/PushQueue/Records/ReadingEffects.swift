/// What receipts, redactions and answered calls do to what is stored; applied in one commit with their transaction.
package struct ReadingEffects: Sendable, Equatable {
    /// History rows that are read now.
    package var read: [Int64] = []
    /// History rows whose call was answered.
    package var answered: [Int64] = []
    /// Numbers of events that were redacted: of what is stored of them only their places stay.
    package var redacted: [Int64] = []
    /// Notifications that need not be sent any more.
    package var cancelled: [Int64] = []
    /// Pushers that are to get a counts-only push.
    package var badges: [Int64] = []

    package init() {}

    package var isEmpty: Bool {
        read.isEmpty && answered.isEmpty && redacted.isEmpty && cancelled.isEmpty && badges.isEmpty
    }
}
