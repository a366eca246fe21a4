public import PushJSON

/// One event with what is known of its room, prepared once for all its recipients.
///
/// What rules look at is worked out when first asked for and kept. Not thread-safe: one thread at a time.
public final class PushEvent {
    // A class's property costs an exclusivity check each time: not those that are asked for again and again.

    /// The event in client format; it keeps what the views below lead to, but for those of the room.
    @exclusivity(unchecked) public private(set) var event: JSONValue
    /// What `power` was read from, where that is another document than the event's.
    @exclusivity(unchecked) private var room: JSONValue?
    /// Whether the event is of type `m.room.encrypted`.
    @exclusivity(unchecked) public private(set) var isEncrypted = false

    @exclusivity(unchecked) private(set) var memberCount: Int64?
    @exclusivity(unchecked) private var power = RoomPower()
    private var knownSenderLevel: Int64?
    private var knownMayNotifyRoom: Bool?

    /// What the event has at one path.
    private struct Place {
        var property = EventProperty()
        var value: JSONView?

        /// One that is not looked at yet.
        init() {}

        init(_ value: JSONView?) {
            self.value = value
            property.kind = value?.kind
            property.isLookedUp = true
        }
    }

    /// Places for the common paths first, then for others in the order in which rules ask for them.
    @exclusivity(unchecked) private var places: UnsafeMutablePointer<Place>
    /// The memory of the first places, and behind them of what is folded of them while there is room: most events take no
    /// other.
    private let memory: UnsafeMutableRawPointer
    @exclusivity(unchecked) private var scratch: UnsafeMutableBufferPointer<UInt8>
    private static let placesSize = PropertyPath.common.count * MemoryLayout<Place>.stride
    private static let scratchSize = 1024
    /// How many places there is room for: few events meet a rule about another path than the common ones.
    @exclusivity(unchecked) private var capacity = PropertyPath.common.count
    @exclusivity(unchecked) private var otherPlaces: [PropertyPath: Int] = [:]
    /// The last place is used again and again by the paths for which there is no more room.
    private static let maximumPlaces = 64
    @exclusivity(unchecked) private var sender: JSONView?
    @exclusivity(unchecked) private var words: WordIndex?
    /// Whether a place has memory of its own.
    @exclusivity(unchecked) private var hasFoldedCopies = false

    /// - Parameters:
    ///   - event: the event in client format.
    ///   - room: `{"member_count", "power_levels", "creators"}`, each optional; other members are ignored.
    /// - Throws: ``PushRulesError`` where either is no object or a member of `room` has the wrong type.
    public convenience init(event: JSONValue, room: JSONValue? = nil) throws(PushRulesError) {
        guard event.kind == .object else { throw PushRulesError(.malformed, "event is not an object") }
        let members = event.view.members(Self.keys)
        let parts = Parts(
            type: members[0], sender: members[1], stateKey: members[2], roomID: members[3], content: members[4],
            facts: try RoomFacts(room?.view))
        self.init(event, parts, of: room)
    }

    /// The members of an event that most rules look at, and what is known of its room.
    package struct Parts {
        package var type, sender, stateKey, roomID, content: JSONView?
        package var facts: RoomFacts

        package init(
            type: JSONView?, sender: JSONView?, stateKey: JSONView?, roomID: JSONView?, content: JSONView?,
            facts: RoomFacts = RoomFacts()
        ) {
            self.type = type
            self.sender = sender
            self.stateKey = stateKey
            self.roomID = roomID
            self.content = content
            self.facts = facts
        }
    }

    /// - Parameters:
    ///   - event: An object.
    ///   - parts: Its own.
    ///   - room: What the facts were read from; nil where they are of the event's document.
    package init(_ event: JSONValue, _ parts: Parts, of room: JSONValue? = nil) {
        self.event = event
        memory = .allocate(
            byteCount: Self.placesSize + Self.scratchSize, alignment: MemoryLayout<Place>.alignment)
        places = memory.bindMemory(to: Place.self, capacity: capacity)
        scratch = UnsafeMutableBufferPointer(start: nil, count: 0)
        fill(parts, of: room)
    }

    /// Becomes another event, in the same memory; the parameters are those of the initialiser.
    package func become(_ event: JSONValue, _ parts: Parts, of room: JSONValue? = nil) {
        forget()
        self.event = event
        fill(parts, of: room)
    }

    @inline(__always)
    private func fill(_ parts: Parts, of room: JSONValue?) {
        self.room = room
        memberCount = parts.facts.memberCount
        power = parts.facts.power
        isEncrypted = parts.type?.isString("m.room.encrypted") ?? false
        sender = parts.sender
        scratch = UnsafeMutableBufferPointer(
            start: (memory + Self.placesSize).bindMemory(to: UInt8.self, capacity: Self.scratchSize),
            count: Self.scratchSize)
        let contents = (parts.content ?? event.view).members(PropertyPath.contentKeys)
        // In the order of the common paths. Rules look at nearly all of these: one pass over the content finds its own.
        (places + 0).initialize(to: Place(parts.type))
        (places + 1).initialize(to: Place(parts.sender))
        (places + 2).initialize(to: Place(parts.stateKey))
        (places + 3).initialize(to: Place(parts.roomID))
        for place in 0..<PropertyPath.contentKeys.count {
            (places + PropertyPath.contentPlace + place).initialize(
                to: Place(parts.content == nil ? nil : contents[place]))
        }
        for (place, parent, _) in PropertyPath.inner {
            (places + place).initialize(to: places[parent].value == nil ? Place(nil) : Place())
        }
    }

    private static let keys = JSONMemberTable.Keys("type", "sender", "state_key", "room_id", "content")

    deinit {
        forget()
        memory.deallocate()
    }

    /// Lets go of what was worked out.
    private func forget() {
        if hasFoldedCopies {
            for place in 0..<capacity { places[place].property.deallocate() }
            hasFoldedCopies = false
        }
        if capacity == Self.maximumPlaces {
            places.deallocate()
            capacity = PropertyPath.common.count
            places = memory.bindMemory(to: Place.self, capacity: capacity)
            otherPlaces = [:]
        }
        words?.deallocate()
        words = nil
        knownSenderLevel = nil
        knownMayNotifyRoom = nil
    }

    // MARK: Looking things up

    /// Whether this user sent the event.
    @inline(__always)
    func isSent(by userID: UnsafeBufferPointer<UInt8>) -> Bool {
        !userID.isEmpty && sender?.isString(userID) ?? false
    }

    /// The place of a path that is not a common one.
    func place(of path: PropertyPath) -> Int {
        if let place = otherPlaces[path] { return place }
        if capacity < Self.maximumPlaces { makeRoom() }
        let next = PropertyPath.common.count + otherPlaces.count
        let last = Self.maximumPlaces - 1
        if next < last {
            otherPlaces[path] = next
            set(next, path.value(in: event.view))
            return next
        }
        places[last].property.deallocate()
        set(last, path.value(in: event.view))
        return last
    }

    /// Gives the paths that are not common ones their places.
    private func makeRoom() {
        let former = places
        places = .allocate(capacity: Self.maximumPlaces)
        places.moveInitialize(from: former, count: capacity)
        (places + capacity).initialize(repeating: Place(), count: Self.maximumPlaces - capacity)
        capacity = Self.maximumPlaces
    }

    @inline(__always)
    func property(_ place: Int) -> EventProperty {
        if !places[place].property.isLookedUp { lookUp(place) }
        return places[place].property
    }

    /// The value at a place that has been looked up.
    func value(_ place: Int) -> JSONView? { places[place].value }

    /// A string property with its folded bytes; nil for a property that is no string.
    @inline(__always)
    func foldedProperty(_ place: Int) -> EventProperty? {
        if places[place].property.folded.baseAddress != nil { return places[place].property }
        guard property(place).kind == .string else { return nil }
        fold(place)
        return places[place].property
    }

    /// A string property with the hash of its exact bytes; nil for a property that is no string.
    @inline(__always)
    func hashedProperty(_ place: Int) -> EventProperty? {
        guard property(place).kind == .string else { return nil }
        if !places[place].property.isHashed { hash(place) }
        return places[place].property
    }

    /// The sender's power level in the room.
    var senderLevel: Int64 {
        if let known = knownSenderLevel { return known }
        let level = sender?.content.map { power.level(of: $0) } ?? 0
        knownSenderLevel = level
        return level
    }

    /// Whether the sender may send notifications of this kind to the whole room.
    func isPermitted(key: UnsafeBufferPointer<UInt8>) -> Bool {
        guard key.elementsEqual("room".utf8) else { return senderLevel >= power.requiredLevel(key: key) }
        if let known = knownMayNotifyRoom { return known }
        let isPermitted = senderLevel >= power.requiredLevel(key: key)
        knownMayNotifyRoom = isPermitted
        return isPermitted
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

    @inline(__always)
    private func set(_ place: Int, _ value: JSONView?) {
        places[place] = Place(value)
    }

    @inline(never)
    private func lookUp(_ place: Int) {
        let inner = PropertyPath.inner[place - PropertyPath.inner[0].place]
        set(place, places[inner.parent].value?[inner.name])
    }

    @inline(never)
    private func fold(_ place: Int) {
        let text = places[place].value?.utf8 ?? UnsafeBufferPointer(start: nil, count: 0)
        let folded = foldIntoScratch(text)
        places[place].property.folded = folded ?? CaseFolding.foldedCopy(text)
        places[place].property.hasOwnMemory = folded == nil
        hasFoldedCopies = hasFoldedCopies || folded == nil
        places[place].property.foldedHash = SeededHash.hash(places[place].property.folded)
    }

    /// Folds a text that is ASCII, if there is room for it.
    private func foldIntoScratch(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        guard text.count <= scratch.count, CaseFolding.foldASCII(text, into: scratch) else { return nil }
        defer { scratch = UnsafeMutableBufferPointer(rebasing: scratch[text.count...]) }
        return UnsafeBufferPointer(rebasing: scratch[..<text.count])
    }

    @inline(never)
    private func hash(_ place: Int) {
        places[place].property.hash = places[place].value?.content.map { SeededHash.hash($0) } ?? 0
        places[place].property.isHashed = true
    }
}
