/// The keys that transactions have claimed, and by whom.
///
/// A table with open addressing: the keys are keyed hashes, which a dictionary would hash once more at each look.
struct ClaimTable: Sendable {
    private struct Slot {
        var key: UInt64 = 0
        var claimant = Self.nobody

        /// The claimant of a free slot.
        static let nobody = -1

        var isFree: Bool { claimant == Self.nobody }
    }

    /// A power of two, at most three quarters of them in use.
    private var slots = ContiguousArray(repeating: Slot(), count: Self.smallest)
    private(set) var count = 0

    private static let smallest = 64
    /// A table of more slots is not kept for one that came to be empty.
    private static let largestKept = 1 << 16

    /// Claims a key, unless it is claimed.
    /// - Parameter claimant: Zero or more.
    /// - Returns: who has claimed it before.
    mutating func claim(_ key: UInt64, by claimant: Int) -> Int? {
        if 4 * (count + 1) > 3 * slots.count { grow() }
        let position = position(of: key)
        guard slots[position].isFree else { return slots[position].claimant }
        slots[position] = Slot(key: key, claimant: claimant)
        count += 1
        return nil
    }

    mutating func remove(_ key: UInt64) {
        var gap = position(of: key)
        guard !slots[gap].isFree else { return }
        count -= 1
        if count == 0, slots.count > Self.largestKept {
            self = ClaimTable()
            return
        }
        // What stands behind is moved up as far as it may stand, so that no search ends too early.
        let mask = slots.count - 1
        var next = (gap + 1) & mask
        while !slots[next].isFree {
            let distance = (next - home(of: slots[next].key)) & mask
            if distance >= (next - gap) & mask {
                slots[gap] = slots[next]
                gap = next
            }
            next = (next + 1) & mask
        }
        slots[gap] = Slot()
    }

    private func home(of key: UInt64) -> Int { Int(truncatingIfNeeded: key) & (slots.count - 1) }

    /// Where a key is, or the free slot for it.
    private func position(of key: UInt64) -> Int {
        var position = home(of: key)
        while !slots[position].isFree, slots[position].key != key {
            position = (position + 1) & (slots.count - 1)
        }
        return position
    }

    private mutating func grow() {
        let former = slots
        slots = ContiguousArray(repeating: Slot(), count: 2 * former.count)
        for slot in former where !slot.isFree { slots[position(of: slot.key)] = slot }
    }
}
