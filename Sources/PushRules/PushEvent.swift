public import PushJSON

/// One event with what is known of its room, prepared once for all its recipients.
///
/// What rules look at is worked out when first asked for and kept. Not thread-safe: one thread at a time.
public final class PushEvent {
    /// The event in client format.
    public let event: JSONValue
    /// Whether the event is of type `m.room.encrypted`.
    public let isEncrypted: Bool

    let memberCount: Int64?
    private let power: RoomPower
    private(set) lazy var senderLevel: Int64 = property(sender).kind == .string ? power.level(of: senderID) : 0
    private lazy var mayNotifyRoom = isPermitted(anyKey: Array("room".utf8))

    /// Places for the common paths first, then for others in the order in which rules ask for them.
    @exclusivity(unchecked) private var properties: UnsafeMutablePointer<EventProperty>
    @exclusivity(unchecked) private var values: UnsafeMutablePointer<JSONValue?>
    /// How many places there is room for: few events meet a rule about another path than the common ones.
    private var capacity = PropertyPath.common.count
    private var otherPlaces: [PropertyPath: Int] = [:]
    /// The last place is used again and again by the paths for which there is no more room.
    private static let places = 64
    private let senderID: UnsafeBufferPointer<UInt8>
    private let sender = 1
    /// Asked for by every keyword, and a class's property costs an exclusivity check each time.
    @exclusivity(unchecked) private var words: WordIndex?

    /// - Parameters:
    ///   - event: the event in client format.
    ///   - room: `{"member_count", "power_levels", "creators"}`, each optional; other members are ignored.
    /// - Throws: ``PushRulesError`` where either is no object or a member of `room` has the wrong type.
    public init(event: JSONValue, room: JSONValue? = nil) throws(PushRulesError) {
        guard event.kind == .object else { throw PushRulesError(.malformed, "event is not an object") }
        self.event = event
        let facts = try RoomFacts(room)
        memberCount = facts.memberCount
        power = facts.power
        isEncrypted = event["type"]?.isString("m.room.encrypted") ?? false
        properties = .allocate(capacity: capacity)
        properties.initialize(repeating: EventProperty(), count: capacity)
        values = .allocate(capacity: capacity)
        values.initialize(repeating: nil, count: capacity)
        senderID = Self.copy(event["sender"]?.withStringBytes { Array($0) } ?? [])
    }

    deinit {
        for place in 0..<capacity { properties[place].folded.deallocate() }
        properties.deallocate()
        values.deinitialize(count: capacity)
        values.deallocate()
        senderID.deallocate()
        words?.deallocate()
    }

    // MARK: Looking things up

    /// Whether this user sent the event.
    @inline(__always)
    func isSent(by userID: UnsafeBufferPointer<UInt8>) -> Bool {
        senderID.count == userID.count && userID.count > 0 && senderID.elementsEqual(userID)
    }

    /// The place of a path that is not a common one.
    func place(of path: PropertyPath) -> Int {
        if let place = otherPlaces[path] { return place }
        if capacity < Self.places { makeRoom() }
        let next = PropertyPath.common.count + otherPlaces.count
        if next < Self.places - 1 {
            otherPlaces[path] = next
            lookUp(path, next)
            return next
        }
        properties[Self.places - 1].folded.deallocate()
        properties[Self.places - 1] = EventProperty()
        lookUp(path, Self.places - 1)
        return Self.places - 1
    }

    /// Gives the paths that are not common ones their places.
    private func makeRoom() {
        let (formerProperties, formerValues) = (properties, values)
        properties = .allocate(capacity: Self.places)
        properties.moveInitialize(from: formerProperties, count: capacity)
        (properties + capacity).initialize(repeating: EventProperty(), count: Self.places - capacity)
        values = .allocate(capacity: Self.places)
        values.moveInitialize(from: formerValues, count: capacity)
        (values + capacity).initialize(repeating: nil, count: Self.places - capacity)
        formerProperties.deallocate()
        formerValues.deallocate()
        capacity = Self.places
    }

    @inline(__always)
    func property(_ place: Int) -> EventProperty {
        if !properties[place].isLookedUp { lookUp(PropertyPath.common[place], place) }
        return properties[place]
    }

    /// The value at a place that has been looked up.
    func value(_ place: Int) -> JSONValue? { values[place] }

    /// A string property with its folded bytes; nil for a property that is no string.
    @inline(__always)
    func foldedProperty(_ place: Int) -> EventProperty? {
        if properties[place].folded.baseAddress != nil { return properties[place] }
        guard property(place).kind == .string else { return nil }
        fold(place)
        return properties[place]
    }

    /// A string property with the hash of its exact bytes; nil for a property that is no string.
    @inline(__always)
    func hashedProperty(_ place: Int) -> EventProperty? {
        guard property(place).kind == .string else { return nil }
        if !properties[place].isHashed { hash(place) }
        return properties[place]
    }

    /// Whether the sender may send notifications of this kind to the whole room.
    func isPermitted(key: UnsafeBufferPointer<UInt8>) -> Bool {
        key.elementsEqual("room".utf8) ? mayNotifyRoom : senderLevel >= power.requiredLevel(key: key)
    }

    /// Whether the body has a word with this hash.
    @inline(__always)
    func bodyMayContain(word hash: UInt64, body: UnsafeBufferPointer<UInt8>) -> Bool {
        if let words { return words.mayContain(hash) }
        let index = WordIndex(body)
        words = index
        return index.mayContain(hash)
    }

    // MARK: Working things out

    private func isPermitted(anyKey key: [UInt8]) -> Bool {
        key.withUnsafeBufferPointer { senderLevel >= power.requiredLevel(key: $0) }
    }

    @inline(never)
    private func lookUp(_ path: PropertyPath, _ place: Int) {
        let value = path.value(in: event)
        values[place] = value
        properties[place].kind = value?.kind
        properties[place].isLookedUp = true
    }

    @inline(never)
    private func fold(_ place: Int) {
        let folded = Self.copy(values[place]?.withStringBytes { CaseFolding.fold($0) } ?? [])
        properties[place].folded = folded
        properties[place].foldedHash = SeededHash.hash(folded)
    }

    @inline(never)
    private func hash(_ place: Int) {
        properties[place].hash = values[place]?.withStringBytes { SeededHash.hash($0) } ?? 0
        properties[place].isHashed = true
    }

    /// A copy with a base address even when it is empty.
    private static func copy(_ bytes: [UInt8]) -> UnsafeBufferPointer<UInt8> {
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: max(bytes.count, 1))
        bytes.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { copy.initialize(from: base, count: source.count) }
        }
        return UnsafeBufferPointer(start: copy, count: bytes.count)
    }
}
