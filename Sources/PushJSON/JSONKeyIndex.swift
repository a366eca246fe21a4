/// The keys of a ``JSONMemberTable``, found by their length: few of a table's keys have the same one, so that a member of
/// an object is compared with one of them, if with any.
///
/// `@unchecked Sendable`: what the pointer leads to is never changed after `init`.
final class JSONKeyIndex: @unchecked Sendable {
    private struct Key {
        var text: UnsafeBufferPointer<UInt8>
        /// The place of the next key of this length.
        var next: Int
    }

    let count: Int
    private let keys: UnsafeMutablePointer<Key>
    /// The place of the first key of each length; all longer ones share the last entry.
    private let firstPlaces: UnsafeMutablePointer<Int8>

    private static let none = -1
    private static let longest = 31

    init(_ texts: [StaticString]) {
        count = texts.count
        keys = .allocate(capacity: max(count, 1))
        firstPlaces = .allocate(capacity: Self.longest + 1)
        firstPlaces.initialize(repeating: Int8(Self.none), count: Self.longest + 1)
        for (place, text) in texts.enumerated() {
            let length = min(text.utf8CodeUnitCount, Self.longest)
            let bytes = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
            (keys + place).initialize(to: Key(text: bytes, next: Int(firstPlaces[length])))
            firstPlaces[length] = Int8(place)
        }
    }

    deinit {
        keys.deallocate()
        firstPlaces.deallocate()
    }

    /// Calls `body` with the place of the key with these bytes, where there is one.
    @inline(__always)
    func forEachPlace(of text: UnsafeBufferPointer<UInt8>, _ body: (Int) -> Void) {
        var place = Int(firstPlaces[min(text.count, Self.longest)])
        while place != Self.none {
            if keys[place].text.hasSameBytes(as: text) { body(place) }
            place = keys[place].next
        }
    }
}
