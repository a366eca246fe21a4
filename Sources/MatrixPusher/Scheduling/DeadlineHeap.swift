/// A binary min-heap of (time, value): what becomes due next. Entries are never removed early; the reader drops stale ones.
struct DeadlineHeap: Sendable {
    struct Entry: Sendable {
        /// Unix milliseconds.
        var at: Int64
        var value: Int32
    }

    private var entries: ContiguousArray<Entry> = []

    var first: Entry? { entries.first }
    var count: Int { entries.count }

    mutating func insert(_ value: Int32, at time: Int64) {
        entries.append(Entry(at: time, value: value))
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].at < entries[parent].at else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    @discardableResult
    mutating func popFirst() -> Entry? {
        guard let first = entries.first else { return nil }
        let last = entries.removeLast()
        guard !entries.isEmpty else { return first }
        entries[0] = last
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < entries.count else { break }
            if child + 1 < entries.count, entries[child + 1].at < entries[child].at { child += 1 }
            guard entries[child].at < entries[parent].at else { break }
            entries.swapAt(child, parent)
            parent = child
        }
        return first
    }

    /// Moves all times by the same amount, which keeps their order.
    mutating func shift(by milliseconds: Int64) {
        for index in entries.indices { entries[index].at += milliseconds }
    }
}
