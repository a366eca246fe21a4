/// How many notifications each of the newest events had at first: tells whether two are neighbours, with none between them
/// that could be in the queue still.
struct EventSizes {
    /// So many event numbers are remembered: a few seconds of much traffic.
    static let count = 1 << 15
    private static let perEvent = Int(NotificationID.perEvent)

    /// At the number modulo the count.
    private var sizes: [UInt16] = []
    /// The numbers that are known.
    private var known: Range<Int64> = 0..<0

    /// Takes note of events, given the first number of each.
    mutating func note(_ events: [NewEvent], _ firstNumbers: [Int64]) {
        if sizes.isEmpty { sizes = Array(repeating: 0, count: Self.count) }
        for index in events.indices {
            let notifications = events[index].notifications.count
            for row in 0..<events[index].rows {
                let inRow = min(Self.perEvent, notifications - row * Self.perEvent)
                note(UInt16(max(0, inRow)), of: firstNumbers[index] + Int64(row))
            }
        }
    }

    private mutating func note(_ notifications: UInt16, of number: Int64) {
        // After a gap what was known before is of no use; after a rollback numbers are given again.
        if number < known.lowerBound || number > known.upperBound { known = number..<number }
        sizes[place(of: number)] = notifications
        known = max(known.lowerBound, number + 1 - Int64(Self.count))..<number + 1
    }

    /// Whether a notification comes directly after a smaller one. Where that is not known it does not.
    func follows(_ next: Int64, _ previous: Int64) -> Bool {
        if next == previous &+ 1 { return true }
        let (event, ordinal) = previous.quotientAndRemainder(dividingBy: NotificationID.perEvent)
        return next == (event &+ 1) &* NotificationID.perEvent && known.contains(event)
            && ordinal + 1 >= Int64(sizes[place(of: event)])
    }

    private func place(of number: Int64) -> Int { Int(truncatingIfNeeded: number) & (Self.count - 1) }
}
