/// The details of pushers that were sent to, by slot: slots are dense, so that nothing has to be hashed. Bounded: where there
/// are more pushers than places, several share one, and whoever came last has it.
struct PusherDetailsCache: Sendable {
    private struct Entry: Sendable {
        var slot: Int32
        var details: PusherDetails
    }

    /// A power of two.
    private let capacity: Int
    /// As many as the highest slot needs, up to the capacity.
    private var entries: ContiguousArray<Entry?> = []

    private static let fewestPlaces = 64

    /// - Parameter capacity: Pushers, a power of two.
    init(capacity: Int) {
        precondition(capacity.nonzeroBitCount == 1, "\(capacity) is no power of two")
        self.capacity = capacity
    }

    subscript(slot: Int32) -> PusherDetails? {
        get {
            let place = place(of: slot)
            guard place < entries.count, let entry = entries[place], entry.slot == slot else { return nil }
            return entry.details
        }
        set {
            let place = place(of: slot)
            if let newValue {
                if place >= entries.count { grow(toHold: place) }
                entries[place] = Entry(slot: slot, details: newValue)
            } else if place < entries.count, entries[place]?.slot == slot {
                entries[place] = nil
            }
        }
    }

    private func place(of slot: Int32) -> Int { Int(slot) & (capacity - 1) }

    private mutating func grow(toHold place: Int) {
        var count = max(Self.fewestPlaces, entries.count)
        while count <= place { count *= 2 }
        entries.reserveCapacity(count)
        while entries.count < count { entries.append(nil) }
    }
}
