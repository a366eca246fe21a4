/// Which numbers an event that was taken in is stored under, for receipts and redactions that name it.
///
/// Bounded: the oldest is forgotten for a new one; a receipt for a forgotten event counts as one for an unknown event.
struct StoredEventNumbers: Sendable {
    /// The numbers of one event: several where it came in parts, or again with further recipients.
    struct Numbers: Equatable, Sendable {
        let first: Int64
        /// Ascending.
        let others: [Int64]

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

    let capacity: Int
    private var events = KeyRing()
    /// The number of the event at a place of `events`; those behind it have the next ones, as far as the next entry.
    private var runs: [(place: Int, number: Int64)] = []
    private var firstRun = 0
    /// Further numbers by the first one, of the few events that have some.
    private(set) var others: [Int64: [Int64]] = [:]
    /// The newest number in use.
    private(set) var newest: Int64 = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Adds an event under a number, or a further number of it. Numbers ascend.
    mutating func add(_ eventHash: Int, number: Int64) {
        newest = max(newest, number)
        let key = UInt64(bitPattern: Int64(eventHash))
        if let place = events.number(of: key) {
            let first = self.number(at: place)
            if others[first]?.last ?? first < number { others[first, default: []].append(number) }
            return
        }
        if events.count >= capacity { forgetFirst() }
        if firstRun == runs.count
            || runs[runs.count - 1].number + Int64(events.end - runs[runs.count - 1].place) != number
        {
            runs.append((events.end, number))
        }
        events.append(key)
    }

    subscript(eventHash: Int) -> Numbers? {
        guard let place = events.number(of: UInt64(bitPattern: Int64(eventHash))) else { return nil }
        let first = number(at: place)
        return Numbers(first: first, others: others.isEmpty ? [] : others[first] ?? [])
    }

    // MARK: Snapshots

    /// Calls `body` with the hashes of events that have consecutive numbers, and the first of those.
    func forEachRun(_ body: (_ first: Int64, _ hashes: ArraySlice<UInt64>) -> Void) {
        let hashes = events.all
        for run in firstRun..<runs.count {
            let start = max(runs[run].place, events.start)
            let end = run + 1 < runs.count ? runs[run + 1].place : events.end
            body(number(at: start), hashes[(start - events.start)..<(end - events.start)])
        }
    }

    mutating func reserve(adding count: Int) { events.reserve(min(events.count + count, capacity)) }

    mutating func restore(others numbers: [Int64], of first: Int64) { others[first] = numbers }

    mutating func restore(newest number: Int64) { newest = number }

    // MARK: Places

    private func number(at place: Int) -> Int64 {
        var low = firstRun
        var high = runs.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if runs[middle].place <= place { low = middle } else { high = middle - 1 }
        }
        return runs[low].number + Int64(place - runs[low].place)
    }

    private mutating func forgetFirst() {
        if !others.isEmpty { others[number(at: events.start)] = nil }
        events.removeFirst()
        if firstRun + 1 < runs.count, runs[firstRun + 1].place <= events.start { firstRun += 1 }
        if firstRun > 1024, firstRun * 2 > runs.count {
            runs.removeFirst(firstRun)
            firstRun = 0
        }
    }
}
