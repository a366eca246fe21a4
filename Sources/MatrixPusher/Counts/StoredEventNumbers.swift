/// Which numbers an event that was taken in is stored under, for receipts and redactions that name it.
///
/// Bounded: the oldest half is forgotten when it is full; a receipt for a forgotten event counts as one for an unknown event.
struct StoredEventNumbers: Sendable {
    /// The numbers of one event: several where it came in parts, or again with further recipients.
    struct Numbers: Equatable, Sendable {
        let first: Int64
        /// Ascending.
        fileprivate(set) var others: [Int64] = []

        var all: [Int64] { [first] + others }

        /// The last of the parts that came at first: the event's place in the order of arrival.
        var end: Int64 {
            var end = first
            for number in others {
                guard number == end + 1 else { break }
                end = number
            }
            return end
        }
    }

    private let capacity: Int
    private var young: [Int: Numbers] = [:]
    private var old: [Int: Numbers] = [:]
    /// The newest number in use.
    private(set) var newest: Int64 = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Adds an event under a number, or a further number of it.
    mutating func add(_ eventHash: Int, number: Int64) {
        newest = max(newest, number)
        if var known = self[eventHash] {
            if known.others.last ?? known.first < number { known.others.append(number) }
            young[eventHash] = known
        } else {
            young[eventHash] = Numbers(first: number)
        }
        if young.count >= capacity / 2 {
            old = young
            young = [:]
        }
    }

    subscript(eventHash: Int) -> Numbers? { young[eventHash] ?? old[eventHash] }
}
