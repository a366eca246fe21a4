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

    var isEmpty: Bool { itemCount == 0 }
    var count: Int { Int(itemCount) }
    /// Rooms with unread events.
    var rooms: Int { Int(roomCount) }
    var missedCalls: Int { Int(callCount) }

    /// Whether there is anything in one of these rooms.
    func contains(anyOf rooms: Set<Int>) -> Bool { places.contains { rooms.contains($0.room) } }

    /// Adds an item; ids ascend.
    mutating func append(_ item: UnreadBoard.Item) {
        append(Entry(id: item.id, place: place(room: item.room, thread: item.thread), call: item.call))
    }

    /// All items, in the order of arrival.
    var all: [UnreadBoard.Item] {
        entries.map { entry in
            UnreadBoard.Item(
                id: entry.id, room: places[entry.place].room, thread: places[entry.place].thread, call: entry.call)
        }
    }

    /// Takes the oldest out until so many are left, and returns their ids.
    mutating func removeOldest(keeping kept: Int) -> [Int64] {
        let entries = entries
        keep(entries.suffix(kept))
        return entries.dropLast(kept).map(\.id)
    }

    /// Takes out what is under a number below this one.
    mutating func remove(before number: Int64) {
        let entries = entries
        let first = entries.firstIndex { $0.id >= number * NotificationID.perEvent } ?? entries.endIndex
        if first > 0 { keep(entries[first...]) }
    }

    mutating func remove(_ ids: Set<Int64>) {
        let entries = entries
        let rest = entries.filter { !ids.contains($0.id) }
        if rest.count < entries.count { keep(rest[...]) }
    }

    /// These calls are no missed ones.
    mutating func answer(_ ids: Set<Int64>) {
        guard callCount > 0 else { return }
        keep(
            entries.map { entry in
                ids.contains(entry.id) ? Entry(id: entry.id, place: entry.place, call: 0) : entry
            }[...])
    }

    // MARK: Entries

    /// An item with the index of its place.
    private struct Entry {
        var id: Int64
        var place: Int
        var call: Int
    }

    private var entries: [Entry] {
        var entries: [Entry] = []
        entries.reserveCapacity(count)
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
                entries.append(
                    Entry(
                        id: number * NotificationID.perEvent + Int64(ordinal), place: Int(place >> 1), call: call))
            }
        }
        return entries
    }

    private mutating func append(_ entry: Entry) {
        let number = entry.id / NotificationID.perEvent
        let ordinal = entry.id % NotificationID.perEvent
        // As much as is needed at most: doubling would waste more than the items take.
        if bytes.capacity - bytes.count < 28 { bytes.reserveCapacity(bytes.count + 28 + bytes.count / 8) }
        append(UInt64(number - lastNumber) << 1 | (ordinal == 0 ? 0 : 1))
        if ordinal != 0 { append(UInt64(ordinal)) }
        append(UInt64(entry.place) << 1 | (entry.call == 0 ? 0 : 1))
        if entry.call != 0 {
            withUnsafeBytes(of: entry.call) { bytes.append(contentsOf: $0) }
            callCount += 1
        }
        lastNumber = number
        itemCount += 1
    }

    /// Leaves only these. Their places are known: looking for each would be quadratic where every item is in a thread of its own,
    /// and senders choose the threads.
    private mutating func keep(_ entries: ArraySlice<Entry>) {
        var kept = UnreadItems()
        var moved = [Int](repeating: -1, count: places.count)
        var rooms: Set<Int> = []
        for var entry in entries {
            if moved[entry.place] < 0 {
                moved[entry.place] = kept.places.count
                kept.places.append(places[entry.place])
                rooms.insert(places[entry.place].room)
            }
            entry.place = moved[entry.place]
            kept.append(entry)
        }
        kept.roomCount = UInt32(rooms.count)
        self = kept
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

    /// The index of a place, added where it is new. They are looked through: an index would take more memory than the items,
    /// and there are never more places than items.
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
