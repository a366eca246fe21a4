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
    enum Scope: Equatable, Sendable {
        case room
        /// ``UnreadBoard/main`` or the hash of a thread's root.
        case thread(Int)
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
    mutating func add(_ item: Item, for user: Int) {
        users[user, default: Unread()].append(item)
        guard let count = users[user]?.items.count, count > Self.itemsPerUser + Self.itemsPerUser / 10 else { return }
        let first = users[user]?.items[count - Self.itemsPerUser].id ?? 0
        users[user]?.remove { $0.id < first }
    }

    /// The unread events of a user that a receipt covers.
    /// - Parameter last: Number of the event up to which the receipt goes.
    func covered(user: Int, room: Int, scope: Scope, upTo last: Int64, idsPerNumber: Int64) -> [Item] {
        guard let unread = users[user], unread.rooms[room] != nil else { return [] }
        return unread.items.filter { item in
            guard item.room == room, item.id / idsPerNumber <= last else { return false }
            switch scope {
            case .room: return true
            case .thread(let thread): return item.thread == thread
            }
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
