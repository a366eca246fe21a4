/// What became of an append, once it is durable.
package enum AppendReceipt: Sendable, Equatable {
    /// Stored. For each event of the transaction the number of its first row; 0 for an event without notifications,
    /// which is not stored.
    case stored(firstEventNumbers: [Int64])
    /// The transaction id is known: nothing was stored, this is the answer of the first time.
    case alreadySeen(answer: [UInt8])
}
