/// Deals users into classes that take turns, as many users into each: whoever shares a class with more others would wait
/// longer.
struct UserClasses: Sendable {
    /// As many as a word has bits.
    static let count = UInt64.bitWidth

    private var dealt = 0
    /// Where a round begins, so that nobody chooses whom they share a class with.
    private var start = 0

    /// The class of a user who is new.
    /// - Parameter userHash: A keyed hash, ``TextHash``.
    mutating func deal(_ userHash: Int) -> UInt8 {
        if dealt % Self.count == 0 { start = userHash & (Self.count - 1) }
        defer { dealt += 1 }
        return UInt8((start + dealt) % Self.count)
    }
}
