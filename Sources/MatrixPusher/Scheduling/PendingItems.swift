/// The pending notifications of all pushers in memory: a first-in-first-out list per pusher in shared storage.
///
/// Sixteen bytes an item, allocated in chunks so that growth copies nothing.
struct PendingItems: Sendable {
    /// A list's ends; ``PendingItems/none`` where it is empty.
    struct List: Sendable {
        var head = PendingItems.none
        var tail = PendingItems.none
    }

    /// A pending notification.
    struct Item: Sendable {
        var id: Int64
        /// When it was queued, in sixteenths of a second since ``PendingItems/epoch``.
        fileprivate var queuedTicks: UInt32
        /// Thirty bits of the next item's position and the two flags.
        private var link: UInt32

        fileprivate init(id: Int64, queuedTicks: UInt32, isHighPriority: Bool, hasLifetime: Bool) {
            self.id = id
            self.queuedTicks = queuedTicks
            link = PendingItems.none | (isHighPriority ? Self.highPriority : 0) | (hasLifetime ? Self.lifetime : 0)
        }

        private static let highPriority: UInt32 = 1 << 30
        private static let lifetime: UInt32 = 1 << 31

        var isHighPriority: Bool { link & Self.highPriority != 0 }
        /// It may expire before its priority's time.
        var hasLifetime: Bool { link & Self.lifetime != 0 }

        fileprivate var next: UInt32 {
            get { link & PendingItems.none }
            set { link = link & ~PendingItems.none | newValue }
        }
    }

    static let none: UInt32 = 1 << 30 - 1
    private static let chunkBits: UInt32 = 14
    private static let chunkSize = 1 << Int(chunkBits)

    /// Unix milliseconds that ticks count from: a year before the start, good for seven years of running.
    private var epoch: Int64
    private var chunks: [ContiguousArray<Item>] = []
    private var free = none
    private(set) var count = 0
    private(set) var lifetimes = Lifetimes()

    init(startedAt now: Int64) {
        epoch = now - 366 * 86_400_000
    }

    /// Adds a notification at the end of a list.
    /// - Parameters:
    ///   - expiresAt: Unix milliseconds, where it has a lifetime of its own.
    ///   - owner: Whose list it is, for ``expiring(now:)``.
    mutating func append(
        id: Int64, queuedAt: Int64, isHighPriority: Bool = false, expiresAt: Int64? = nil, owner: Int32 = 0,
        to list: inout List
    ) {
        let item = Item(
            id: id, queuedTicks: ticks(queuedAt), isHighPriority: isHighPriority, hasLifetime: expiresAt != nil)
        let position: UInt32
        if free != Self.none {
            position = free
            free = self[position].next
            self[position] = item
        } else {
            if chunks.last.map({ $0.count == Self.chunkSize }) ?? true {
                chunks.append([])
                chunks[chunks.count - 1].reserveCapacity(Self.chunkSize)
            }
            position = UInt32(chunks.count - 1) << Self.chunkBits | UInt32(chunks[chunks.count - 1].count)
            chunks[chunks.count - 1].append(item)
        }
        if list.tail == Self.none { list.head = position } else { self[list.tail].next = position }
        list.tail = position
        count += 1
        if let expiresAt { lifetimes.insert(id, owner: owner, expiresAt: expiresAt) }
    }

    /// The notification at the front; nil where the list is empty.
    func first(of list: List) -> Item? {
        list.head == Self.none ? nil : self[list.head]
    }

    /// Removes the notification at the front.
    mutating func removeFirst(of list: inout List) {
        let position = list.head
        guard position != Self.none else { return }
        list.head = self[position].next
        if list.head == Self.none { list.tail = Self.none }
        release(position)
    }

    /// The ids in order.
    func ids(of list: List) -> [Int64] {
        var ids: [Int64] = []
        var position = list.head
        while position != Self.none {
            ids.append(self[position].id)
            position = self[position].next
        }
        return ids
    }

    /// Removes what matches and returns the ids in order.
    mutating func remove(from list: inout List, where matches: (Int64) -> Bool) -> [Int64] {
        var removed: [Int64] = []
        var cursor = Cursor(list)
        while let item = item(at: cursor) {
            if matches(item.id) {
                removed.append(item.id)
                remove(at: &cursor, of: &list)
            } else {
                pass(&cursor)
            }
        }
        return removed
    }

    /// Removes everything and returns the ids in order.
    mutating func removeAll(of list: inout List) -> [Int64] {
        var ids: [Int64] = []
        while let item = first(of: list) {
            ids.append(item.id)
            removeFirst(of: &list)
        }
        return ids
    }

    /// When an item was queued, Unix milliseconds, to a sixteenth of a second.
    func queuedAt(_ item: Item) -> Int64 { epoch + Int64(item.queuedTicks) * 125 / 2 }

    // MARK: Time

    /// Milliseconds after which notifications are of no use, by their priority.
    struct MaxAge: Sendable {
        var high: Int64
        var low: Int64
        fileprivate var least: Int64 { min(high, low) }
    }

    /// Whether a notification is of no use any more.
    func hasExpired(_ item: Item, _ maxAge: MaxAge, now: Int64) -> Bool {
        now - queuedAt(item) > (item.isHighPriority ? maxAge.high : maxAge.low)
            || item.hasLifetime && lifetimes.hasExpired(item.id, now: now)
    }

    /// Removes what is of no use any more and returns the ids in order.
    /// - Parameters:
    ///   - skipsFirst: The one at the front stays in any case.
    ///   - isThorough: Looks at all; otherwise only as far as there are some that are too old by one of the ages.
    ///   - limit: Removes so many at most.
    ///   - looks: Looks at so many others at most; less those afterwards.
    mutating func removeExpired(
        from list: inout List, _ maxAge: MaxAge, now: Int64, skipsFirst: Bool, isThorough: Bool, limit: Int,
        looks: inout Int
    ) -> [Int64] {
        var removed: [Int64] = []
        var cursor = Cursor(list)
        if skipsFirst { pass(&cursor) }
        while removed.count < limit, looks > 0, let item = item(at: cursor),
            isThorough || now - queuedAt(item) > maxAge.least
        {
            if hasExpired(item, maxAge, now: now) {
                removed.append(item.id)
                remove(at: &cursor, of: &list)
            } else {
                looks -= 1
                pass(&cursor)
            }
        }
        return removed
    }

    /// An owner some of whose items may have outlived their lifetime; each moment is told once.
    mutating func expiring(now: Int64) -> Int32? { lifetimes.nextOwner(now: now) }

    /// Tells an owner again, later.
    mutating func remind(of owner: Int32, at time: Int64) { lifetimes.remind(of: owner, at: time) }

    /// Follows a clock that was set: everything stays as old as it is.
    mutating func shift(by milliseconds: Int64) {
        epoch += milliseconds
        lifetimes.shift(by: milliseconds)
    }

    // MARK: Places

    /// A place in a list, for going through it.
    private struct Cursor {
        var previous = PendingItems.none
        var position: UInt32

        init(_ list: List) { position = list.head }
    }

    private func item(at cursor: Cursor) -> Item? { cursor.position == Self.none ? nil : self[cursor.position] }

    private func pass(_ cursor: inout Cursor) {
        guard cursor.position != Self.none else { return }
        cursor.previous = cursor.position
        cursor.position = self[cursor.position].next
    }

    private mutating func remove(at cursor: inout Cursor, of list: inout List) {
        let position = cursor.position
        cursor.position = self[position].next
        if cursor.previous == Self.none {
            list.head = cursor.position
        } else {
            self[cursor.previous].next = cursor.position
        }
        if cursor.position == Self.none { list.tail = cursor.previous }
        release(position)
    }

    private mutating func release(_ position: UInt32) {
        if self[position].hasLifetime { lifetimes.remove(self[position].id) }
        self[position].next = free
        free = position
        count -= 1
    }

    private func ticks(_ time: Int64) -> UInt32 { UInt32(clamping: (time - epoch) * 2 / 125) }

    private subscript(position: UInt32) -> Item {
        get { chunks[Int(position >> Self.chunkBits)][Int(position & (1 << Self.chunkBits - 1))] }
        _modify { yield &chunks[Int(position >> Self.chunkBits)][Int(position & (1 << Self.chunkBits - 1))] }
    }
}
