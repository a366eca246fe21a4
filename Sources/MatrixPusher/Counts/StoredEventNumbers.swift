/// Which numbers an event that was taken in is stored under, for receipts and redactions that name it.
///
/// Bounded: the oldest half is forgotten when it is full; a receipt for a forgotten event counts as one for an unknown event.
struct StoredEventNumbers: Sendable {
    private let capacity: Int
    private var young: [Int: ClosedRange<Int64>] = [:]
    private var old: [Int: ClosedRange<Int64>] = [:]
    /// The newest number in use.
    private(set) var newest: Int64 = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Adds an event under its numbers; one that was stored in parts is extended.
    mutating func add(_ eventHash: Int, number: Int64) {
        newest = max(newest, number)
        if let known = young[eventHash], known.upperBound < number {
            young[eventHash] = known.lowerBound...number
            return
        }
        young[eventHash] = number...number
        if young.count >= capacity / 2 {
            old = young
            young = [:]
        }
    }

    subscript(eventHash: Int) -> ClosedRange<Int64>? { young[eventHash] ?? old[eventHash] }
}
