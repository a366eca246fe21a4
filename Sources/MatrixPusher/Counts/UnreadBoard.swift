/// The events that users were notified of and have not read: what unread counts are made of where the homeserver sends none.
///
/// A pure structure, rebuilt from the history at start. Users, rooms, threads and calls are known by their hashes.
struct UnreadBoard: Sendable {
    /// One unread event of one user.
    struct Item: Equatable, Sendable {
        /// Id of the history row, which grows with the order of arrival.
        var id: Int64
        var room: Int
        /// The thread's root; ``UnreadBoard/main`` outside of threads.
        var thread: Int
        /// The call that a call invite began; 0 for any other event, and once the call was answered.
        var call: Int
    }

    /// Which part of a room a receipt is about.
    enum Scope: Hashable, Sendable {
        case room
        /// ``UnreadBoard/main`` or the hash of a thread's root.
        case thread(Int)
    }

    /// What a receipt is about.
    struct Place: Hashable, Sendable {
        var room: Int
        var scope: Scope
    }

    /// Up to where the receipts of a place go.
    struct Reach: Equatable, Sendable {
        /// Number of the event.
        var last: Int64
        /// Later numbers under which the event came again, for further recipients.
        var others: Set<Int64> = []

        func includes(_ number: Int64) -> Bool { number <= last || others.contains(number) }

        mutating func formUnion(_ other: Reach) {
            last = max(last, other.last)
            others.formUnion(other.others)
        }
    }

    struct Counts: Equatable, Sendable {
        var unread = 0
        var missedCalls = 0
    }

    /// A user's unread events in the order of arrival, with running totals.
    private struct Unread: Sendable {
        var items: [Item] = []
        /// Unread events per room.
        var rooms: [Int: Int] = [:]
        var missedCalls = 0

        mutating func append(_ item: Item) {
            items.append(item)
            rooms[item.room, default: 0] += 1
            if item.call != 0 { missedCalls += 1 }
        }

        mutating func remove(where matches: (Item) -> Bool) {
            for item in items where matches(item) {
                let rest = (rooms[item.room] ?? 1) - 1
                rooms[item.room] = rest == 0 ? nil : rest
                if item.call != 0 { missedCalls -= 1 }
            }
            items.removeAll(where: matches)
        }
    }

    /// The thread of events that are in none.
    static let main = 0
    /// Unread events kept of a user; beyond, the oldest are forgotten a few hundred at a time.
    static let itemsPerUser = 2000

    private var users: [Int: Unread] = [:]

    /// Adds an unread event; ids of one user ascend.
    /// - Returns: the ids of what is forgotten for it.
    @discardableResult
    mutating func add(_ item: Item, for user: Int) -> [Int64] {
        users[user, default: Unread()].append(item)
        guard let items = users[user]?.items, items.count > Self.itemsPerUser + Self.itemsPerUser / 10 else {
            return []
        }
        let forgotten = items.dropLast(Self.itemsPerUser).map(\.id)
        let first = items[items.count - Self.itemsPerUser].id
        users[user]?.remove { $0.id < first }
        return forgotten
    }

    /// The unread events of a user that receipts cover, found in one pass however many receipts there are.
    func covered(user: Int, by receipts: [Place: Reach], idsPerNumber: Int64) -> [Item] {
        guard let unread = users[user], receipts.keys.contains(where: { unread.rooms[$0.room] != nil }) else {
            return []
        }
        return unread.items.filter { item in
            let number = item.id / idsPerNumber
            return receipts[Place(room: item.room, scope: .room)]?.includes(number) ?? false
                || receipts[Place(room: item.room, scope: .thread(item.thread))]?.includes(number) ?? false
        }
    }

    /// The unread call invites of a user with this call.
    func calls(_ call: Int, of user: Int) -> [Item] {
        guard let unread = users[user], unread.missedCalls > 0 else { return [] }
        return unread.items.filter { $0.call == call }
    }

    /// Takes events off the board: they were read, or redacted.
    mutating func remove(_ ids: Set<Int64>, of user: Int) {
        guard !ids.isEmpty, users[user] != nil else { return }
        users[user]?.remove { ids.contains($0.id) }
        if users[user]?.items.isEmpty ?? false { users[user] = nil }
    }

    /// Calls that were answered or declined are no missed ones.
    mutating func answer(_ ids: Set<Int64>, of user: Int) {
        guard let items = users[user]?.items else { return }
        for index in items.indices where ids.contains(items[index].id) && items[index].call != 0 {
            users[user]?.items[index].call = 0
            users[user]?.missedCalls -= 1
        }
    }

    /// - Parameter byRoom: `unread` counts rooms instead of events.
    func counts(of user: Int, byRoom: Bool) -> Counts {
        guard let unread = users[user] else { return Counts() }
        return Counts(unread: byRoom ? unread.rooms.count : unread.items.count, missedCalls: unread.missedCalls)
    }

    /// What the counts would be without some events, and with some calls answered.
    func counts(of user: Int, byRoom: Bool, without ids: Set<Int64>, answered: Set<Int64>) -> Counts {
        guard var unread = users[user] else { return Counts() }
        unread.remove { ids.contains($0.id) }
        let missed = unread.items.count { $0.call != 0 && !answered.contains($0.id) }
        return Counts(unread: byRoom ? unread.rooms.count : unread.items.count, missedCalls: missed)
    }

    mutating func forget(user: Int) { users[user] = nil }
}
