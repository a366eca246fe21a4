/// What became of an append, once it is durable.
package enum AppendReceipt: Sendable, Equatable {
    /// Stored. For each event of the transaction the number of its first row.
    case stored(firstEventNumbers: [Int64])
    /// The transaction id is known: nothing was stored, this is the answer of the first time.
    case alreadySeen(answer: [UInt8])
}
