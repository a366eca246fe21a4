internal import PushQueue

/// One user's unread events in the order of arrival, some four bytes each, with running totals.
///
/// Boards of all users are most of what a backlog would take in memory: an item is kept as its distance from the one before,
/// and as the index of its room and thread.
struct UnreadItems: Sendable {
    private struct Place: Sendable {
        var room: Int
        var thread: Int
    }

    /// For each item: the number's distance, with a bit that the ordinal follows; the place, with a bit that eight bytes of
    /// a call follow. Numbers have seven bits a byte.
    private var bytes: [UInt8] = []
    private var places: [Place] = []
    private var lastNumber: Int64 = 0
    private var itemCount: UInt32 = 0
    private var roomCount: UInt32 = 0
    private var callCount: UInt32 = 0

    init() {}

    private init(_ items: [UnreadBoard.Item]) {
        for item in items { append(item) }
    }

    var isEmpty: Bool { itemCount == 0 }
    var count: Int { Int(itemCount) }
    /// Rooms with unread events.
    var rooms: Int { Int(roomCount) }
    var missedCalls: Int { Int(callCount) }

    func contains(room: Int) -> Bool { places.contains { $0.room == room } }

    /// Adds an item; ids ascend.
    mutating func append(_ item: UnreadBoard.Item) {
        let number = item.id / NotificationID.perEvent
        let ordinal = item.id % NotificationID.perEvent
        let place = place(room: item.room, thread: item.thread)
        // As much as is needed at most: doubling would waste more than the items take.
        if bytes.capacity - bytes.count < 28 { bytes.reserveCapacity(bytes.count + 28 + bytes.count / 8) }
        append(UInt64(number - lastNumber) << 1 | (ordinal == 0 ? 0 : 1))
        if ordinal != 0 { append(UInt64(ordinal)) }
        append(UInt64(place) << 1 | (item.call == 0 ? 0 : 1))
        if item.call != 0 {
            withUnsafeBytes(of: item.call) { bytes.append(contentsOf: $0) }
            callCount += 1
        }
        lastNumber = number
        itemCount += 1
    }

    /// All items, in the order of arrival.
    var all: [UnreadBoard.Item] {
        var items: [UnreadBoard.Item] = []
        items.reserveCapacity(count)
        bytes.withUnsafeBytes { bytes in
            var position = 0
            var number: Int64 = 0
            while position < bytes.count {
                let distance = Self.read(bytes, &position)
                number += Int64(distance >> 1)
                let ordinal = distance & 1 == 0 ? 0 : Self.read(bytes, &position)
                let place = Self.read(bytes, &position)
                var call = 0
                if place & 1 != 0 {
                    call = bytes.loadUnaligned(fromByteOffset: position, as: Int.self)
                    position += MemoryLayout<Int>.size
                }
                items.append(
                    UnreadBoard.Item(
                        id: number * NotificationID.perEvent + Int64(ordinal), room: places[Int(place >> 1)].room,
                        thread: places[Int(place >> 1)].thread, call: call))
            }
        }
        return items
    }

    /// Takes the oldest out until so many are left, and returns their ids.
    mutating func removeOldest(keeping kept: Int) -> [Int64] {
        let items = all
        self = UnreadItems(items.suffix(kept))
        return items.dropLast(kept).map(\.id)
    }

    mutating func remove(_ ids: Set<Int64>) {
        let items = all
        let rest = items.filter { !ids.contains($0.id) }
        if rest.count < items.count { self = UnreadItems(rest) }
    }

    /// These calls are no missed ones.
    mutating func answer(_ ids: Set<Int64>) {
        guard callCount > 0 else { return }
        self = UnreadItems(
            all.map { item in
                ids.contains(item.id)
                    ? UnreadBoard.Item(id: item.id, room: item.room, thread: item.thread, call: 0) : item
            })
    }

    // MARK: Snapshots

    func write(to part: inout SnapshotBytes) {
        for number in [UInt64(lastNumber), UInt64(itemCount), UInt64(roomCount), UInt64(callCount)] {
            part.append(number)
        }
        part.append(UInt64(places.count))
        for place in places {
            part.append(UInt64(bitPattern: Int64(place.room)))
            part.append(UInt64(bitPattern: Int64(place.thread)))
        }
        part.append(UInt64(bytes.count))
        part.append(bytes)
    }

    init(from words: inout SnapshotReader) {
        lastNumber = Int64(words.next())
        itemCount = UInt32(words.next())
        roomCount = UInt32(words.next())
        callCount = UInt32(words.next())
        places = (0..<words.next()).map { _ in
            Place(room: Int(bitPattern: UInt(words.next())), thread: Int(bitPattern: UInt(words.next())))
        }
        let count = Int(words.next())
        bytes = words.next(bytes: count)
    }

    // MARK: Places

    /// The index of a place, added where it is new. Few users have unread events in many rooms, so that they are looked through.
    private mutating func place(room: Int, thread: Int) -> Int {
        var isKnownRoom = false
        for index in places.indices where places[index].room == room {
            if places[index].thread == thread { return index }
            isKnownRoom = true
        }
        if !isKnownRoom { roomCount += 1 }
        if places.count == places.capacity { places.reserveCapacity(places.count + 1 + places.count / 4) }
        places.append(Place(room: room, thread: thread))
        return places.count - 1
    }

    // MARK: Bytes

    private mutating func append(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    private static func read(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> UInt64 {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = bytes[position]
            position += 1
            number |= UInt64(byte & 0x7F) << shift
            guard byte >= 0x80 else { return number }
            shift += 7
        }
    }
}
