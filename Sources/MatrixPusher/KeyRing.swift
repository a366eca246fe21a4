/// A set of 64-bit hashes in the order in which they came, thirteen bytes each where it is full.
///
/// The keys stand in a ring; a table with room for a quarter more tells from a key where it stands. An entry of the table has the
/// place and one in its low bits, and bits of the key above them, so that seldom more than one key of the ring is looked at.
struct KeyRing: Sendable {
    private var ring: ContiguousArray<UInt64>
    private var table: ContiguousArray<UInt32>
    /// Bits of a place in the ring.
    private var placeBits: UInt32
    /// Numbers of the first key and of the next one: where keys stand in the order of all that ever came.
    private(set) var start = 0
    private(set) var end = 0

    init() { self.init(placeBits: 6) }

    private init(placeBits: UInt32) {
        self.placeBits = placeBits
        ring = ContiguousArray(repeating: 0, count: 1 << placeBits)
        table = ContiguousArray(repeating: Self.empty, count: 5 << (placeBits - 2))
    }

    private static let empty: UInt32 = 0

    var count: Int { end - start }

    func contains(_ key: UInt64) -> Bool { table[position(of: key)] != Self.empty }

    /// Where a key stands among all that ever came; nil where it is not there.
    func number(of key: UInt64) -> Int? {
        let entry = table[position(of: key)]
        guard entry != Self.empty else { return nil }
        return start + (Int(entry & placeMask) - 1 - start) & (ring.count - 1)
    }

    /// The keys, the first one first.
    var all: [UInt64] { (start..<end).map { ring[$0 & (ring.count - 1)] } }

    /// Adds a key at the end, unless it is there.
    mutating func append(_ key: UInt64) {
        // By large steps while that takes little memory: each step moves every key.
        if count == ring.count { grow(to: placeBits + (placeBits < 16 ? 2 : 1)) }
        let position = position(of: key)
        guard table[position] == Self.empty else { return }
        let place = end & (ring.count - 1)
        ring[place] = key
        table[position] = tag(key) | UInt32(place + 1)
        end += 1
    }

    /// Makes room for so many keys in all.
    mutating func reserve(_ count: Int) {
        var bits = placeBits
        while 1 << bits < count { bits += 1 }
        if bits > placeBits { grow(to: bits) }
    }

    /// Removes the key that came first.
    mutating func removeFirst() {
        var gap = position(of: ring[start & (ring.count - 1)])
        start += 1
        // What stands behind is moved up as far as it may stand, so that no search ends too early.
        var next = gap
        while true {
            next = next + 1 == table.count ? 0 : next + 1
            let entry = table[next]
            guard entry != Self.empty else { break }
            let home = home(of: self.key(of: entry))
            let mayStay = gap <= next ? gap < home && home <= next : gap < home || home <= next
            if !mayStay {
                table[gap] = entry
                gap = next
            }
        }
        table[gap] = Self.empty
    }

    // MARK: The table

    /// One bit more than a place has: places count from one.
    private var placeMask: UInt32 { 2 << placeBits - 1 }

    private func key(of entry: UInt32) -> UInt64 { ring[Int(entry & placeMask) - 1] }

    /// Bits of a key that have no part in its home, in the place of those of an entry.
    private func tag(_ key: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: key) & ~placeMask }

    private func home(of key: UInt64) -> Int { Int(UInt64(table.count).multipliedFullWidth(by: key).high) }

    /// Where a key's entry is, or the free place for it.
    private func position(of key: UInt64) -> Int {
        let tag = tag(key)
        var position = home(of: key)
        while true {
            let entry = table[position]
            if entry == Self.empty { return position }
            if entry & ~placeMask == tag, self.key(of: entry) == key { return position }
            position = position + 1 == table.count ? 0 : position + 1
        }
    }

    private mutating func grow(to bits: UInt32) {
        var larger = KeyRing(placeBits: bits)
        larger.start = start
        larger.end = start
        for number in start..<end { larger.append(ring[number & (ring.count - 1)]) }
        self = larger
    }
}
