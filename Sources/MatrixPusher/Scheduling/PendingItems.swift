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
        fileprivate var next: UInt32
    }

    static let none = UInt32.max
    private static let chunkBits: UInt32 = 14
    private static let chunkSize = 1 << Int(chunkBits)

    /// Unix milliseconds that ticks count from: a year before the start, good for seven years of running.
    private let epoch: Int64
    private var chunks: [ContiguousArray<Item>] = []
    private var free = none
    private(set) var count = 0

    init(startedAt now: Int64) {
        epoch = now - 366 * 86_400_000
    }

    /// Adds a notification at the end of a list.
    mutating func append(id: Int64, queuedAt: Int64, to list: inout List) {
        let item = Item(id: id, queuedTicks: ticks(queuedAt), next: Self.none)
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
        self[position].next = free
        free = position
        count -= 1
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
        var previous = Self.none
        var position = list.head
        while position != Self.none {
            let next = self[position].next
            if matches(self[position].id) {
                removed.append(self[position].id)
                if previous == Self.none { list.head = next } else { self[previous].next = next }
                if next == Self.none { list.tail = previous }
                self[position].next = free
                free = position
                count -= 1
            } else {
                previous = position
            }
            position = next
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

    private func ticks(_ time: Int64) -> UInt32 { UInt32(clamping: (time - epoch) * 2 / 125) }

    private subscript(position: UInt32) -> Item {
        get { chunks[Int(position >> Self.chunkBits)][Int(position & (1 << Self.chunkBits - 1))] }
        _modify { yield &chunks[Int(position >> Self.chunkBits)][Int(position & (1 << Self.chunkBits - 1))] }
    }
}
