/// When pending notifications are of no use any more, of the few that have a lifetime of their own (call invites).
struct Lifetimes: Sendable {
    private struct Entry {
        var owner: Int32
        /// Unix milliseconds.
        var expiresAt: Int64
    }

    private var entries: [Int64: Entry] = [:]
    /// Owners; stale entries are dropped when they come up, or when they are too many.
    private var heap = DeadlineHeap()

    var count: Int { entries.count }

    /// - Parameter owner: The pusher's slot.
    mutating func insert(_ id: Int64, owner: Int32, expiresAt: Int64) {
        entries[id] = Entry(owner: owner, expiresAt: expiresAt)
        heap.insert(owner, at: expiresAt)
    }

    mutating func remove(_ id: Int64) {
        guard entries.removeValue(forKey: id) != nil, heap.count > 2 * entries.count + 64 else { return }
        heap = DeadlineHeap()
        for entry in entries.values { heap.insert(entry.owner, at: entry.expiresAt) }
    }

    func hasExpired(_ id: Int64, now: Int64) -> Bool { entries[id].map { $0.expiresAt <= now } ?? false }

    /// A pusher some of whose notifications may have expired; each moment is told once.
    mutating func nextOwner(now: Int64) -> Int32? {
        guard let first = heap.first, first.at <= now else { return nil }
        return heap.popFirst()?.value
    }

    /// Tells the moment of an owner once more, at a later time.
    mutating func remind(of owner: Int32, at time: Int64) { heap.insert(owner, at: time) }

    /// Follows a clock that was set.
    mutating func shift(by milliseconds: Int64) {
        heap.shift(by: milliseconds)
        for index in entries.values.indices { entries.values[index].expiresAt += milliseconds }
    }
}
