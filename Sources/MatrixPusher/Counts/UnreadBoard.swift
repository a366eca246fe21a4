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

    /// The thread of events that are in none.
    static let main = 0
    /// Unread events kept of a user; beyond, the oldest are forgotten a few hundred at a time.
    static let itemsPerUser = 2000

    var users: [Int: UnreadItems] = [:]

    /// Adds an unread event; ids of one user ascend.
    /// - Returns: the ids of what is forgotten for it.
    @discardableResult
    mutating func add(_ item: Item, for user: Int) -> [Int64] { add(item, for: user, byRoom: false).forgotten }

    /// Adds an unread event; ids of one user ascend.
    /// - Parameter byRoom: `unread` counts rooms instead of events.
    /// - Returns: the counts with it, and the ids of what is forgotten for it.
    mutating func add(_ item: Item, for user: Int, byRoom: Bool) -> (counts: Counts, forgotten: [Int64]) {
        users[user, default: UnreadItems()].add(item, byRoom: byRoom)
    }

    /// The unread events of a user that receipts cover, found in one pass however many receipts there are.
    func covered(user: Int, by receipts: [Place: Reach], idsPerNumber: Int64) -> [Item] {
        guard let unread = users[user], unread.contains(anyOf: Set(receipts.keys.map(\.room))) else { return [] }
        return unread.all.filter { item in
            let number = item.id / idsPerNumber
            return receipts[Place(room: item.room, scope: .room)]?.includes(number) ?? false
                || receipts[Place(room: item.room, scope: .thread(item.thread))]?.includes(number) ?? false
        }
    }

    /// The unread call invites of a user with this call.
    func calls(_ call: Int, of user: Int) -> [Item] {
        guard let unread = users[user], unread.missedCalls > 0 else { return [] }
        return unread.all.filter { $0.call == call }
    }

    /// Takes events off the board: they were read, or redacted.
    mutating func remove(_ ids: Set<Int64>, of user: Int) {
        guard !ids.isEmpty, users[user] != nil else { return }
        users[user]?.remove(ids)
        if users[user]?.isEmpty ?? false { users[user] = nil }
    }

    /// Calls that were answered or declined are no missed ones.
    mutating func answer(_ ids: Set<Int64>, of user: Int) { users[user]?.answer(ids) }

    /// - Parameter byRoom: `unread` counts rooms instead of events.
    func counts(of user: Int, byRoom: Bool) -> Counts {
        users[user].map { Counts($0, byRoom: byRoom) } ?? Counts()
    }

    /// What the counts would be without some events, and with some calls answered.
    func counts(of user: Int, byRoom: Bool, without ids: Set<Int64>, answered: Set<Int64>) -> Counts {
        guard var unread = users[user] else { return Counts() }
        unread.remove(ids)
        unread.answer(answered)
        return Counts(unread, byRoom: byRoom)
    }

    mutating func forget(user: Int) { users[user] = nil }

    /// Takes off all boards what is under a number below this one.
    mutating func forget(before number: Int64) {
        for user in Array(users.keys) {
            users[user]?.remove(before: number)
            if users[user]?.isEmpty ?? false { users[user] = nil }
        }
    }
}

extension UnreadItems {
    /// Adds an item; of a user who never reads the oldest are forgotten.
    /// - Returns: the counts then, and the ids of those.
    fileprivate mutating func add(
        _ item: UnreadBoard.Item, byRoom: Bool
    ) -> (counts: UnreadBoard.Counts, forgotten: [Int64]) {
        append(item)
        let limit = UnreadBoard.itemsPerUser
        let forgotten = count > limit + limit / 10 ? removeOldest(keeping: limit) : []
        return (UnreadBoard.Counts(self, byRoom: byRoom), forgotten)
    }
}

extension UnreadBoard.Counts {
    fileprivate init(_ unread: UnreadItems, byRoom: Bool) {
        self.init(unread: byRoom ? unread.rooms : unread.count, missedCalls: unread.missedCalls)
    }
}
