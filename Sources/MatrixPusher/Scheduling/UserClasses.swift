/// Deals the users, over all gateways, into classes that take turns, as many users into each: whoever shares a class with
/// more others would wait longer.
struct UserClasses: Sendable {
    /// As many as a word has bits.
    static let count = UInt64.bitWidth

    private let starts: @Sendable () -> Int
    private var start = 0
    private var dealt = 0

    /// - Parameter starts: The class at which a round of dealing begins: random, so that nobody chooses whom they share a
    ///   class with.
    init(starts: @escaping @Sendable () -> Int = { Int.random(in: 0..<UserClasses.count) }) {
        self.starts = starts
    }

    /// The class of a user who is new.
    mutating func deal() -> UInt8 {
        if dealt % Self.count == 0 { start = starts() }
        defer { dealt += 1 }
        return UInt8((start + dealt) % Self.count)
    }
}
