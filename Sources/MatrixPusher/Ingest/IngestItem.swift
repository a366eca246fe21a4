internal import PushJSON
internal import PushRules

/// One checked element of a transaction's `events`: views into its body, valid while ``IngestItems`` keeps that.
///
/// Large, and looked at where it stands: copying it at each step would take longer than checking it did.
struct IngestItem: Sendable {
    let event: JSONView
    let eventID: JSONView
    let roomID: JSONView
    let type: JSONView
    let sender: JSONView
    let content: JSONView
    let room: JSONView?
    let names: Names
    let roomFacts: RoomFacts
    /// Places in ``IngestItems/recipients``.
    let recipients: Range<Int>
    /// Milliseconds after which the event is of no use: the `lifetime` of a call invite.
    let lifetime: Int64?
    let stateKey: JSONView?
    /// Whether it is of type `m.room.member`.
    let isMembership: Bool
    let eventHash: Int
    /// The root of the thread that the event is in (Client-Server API, "Threading").
    let thread: JSONView?
    /// The call that a call invite begins.
    let call: JSONView?

    /// What the room and the sender are called.
    struct Names {
        var room, alias, sender: JSONView?
    }

    struct Recipient {
        let userID: JSONView
        let userHash: Int
        let displayName: JSONView?
        /// The place in ``IngestItems/given`` of the actions that the homeserver gave, if it gave any: there is nothing to
        /// count here, so that recipients are copied and dropped for nothing.
        let given: Int?
        let counts: Counts?
        let ignoresSender: Bool
    }

    /// The recipients of all items of a transaction: a list of its own for each would take longer to make than to fill.
    struct RecipientList {
        fileprivate(set) var list: [Recipient] = []
        /// Actions that the homeserver gave.
        fileprivate(set) var given: [PushActions] = []

        init(capacity: Int = 0) {
            list.reserveCapacity(capacity)
        }

        /// How many there are of each.
        var counts: (list: Int, given: Int) { (list.count, given.count) }

        /// Takes out those that were added since.
        mutating func truncate(to counts: (list: Int, given: Int)) {
            list.removeSubrange(counts.list...)
            given.removeSubrange(counts.given...)
        }
    }

    struct Counts {
        let unread: Int64
        let missedCalls: Int64

        /// Reads `{"unread", "missed_calls"}`; a member that is absent is zero.
        init(_ value: JSONView, _ path: String) throws(PusherError) {
            unread = try Self.count(value, "unread", path)
            missedCalls = try Self.count(value, "missed_calls", path)
        }

        private static func count(_ value: JSONView, _ key: StaticString, _ path: String) throws(PusherError) -> Int64 {
            guard let number = value[key], !number.isNull else { return 0 }
            guard let count = number.integer, count >= 0 else {
                throw PusherError(.badJSON, "\(path).\(key) must be a whole number, zero or more")
            }
            return count
        }
    }

    private static let keys = JSONMemberTable.Keys("event", "room", "recipients")
    private static let eventKeys = JSONMemberTable.Keys("event_id", "room_id", "type", "sender", "content", "state_key")
    private static let roomKeys = JSONMemberTable.Keys(
        "name", "canonical_alias", "sender_display_name", "member_count", "power_levels", "creators")
    private static let recipientKeys = JSONMemberTable.Keys(
        "user_id", "display_name", "ignores_sender", "actions", "counts")

    /// How many recipients an element of `events` has, before anything of it is checked.
    static func recipientCount(_ element: borrowing JSONMemberViews) -> Int { element[2]?.count ?? 0 }

    /// The members of an element that ``init(_:_:of:into:)`` takes apart.
    static func members(of element: JSONView) -> JSONMemberViews { element.members(keys) }

    /// Checks the shape of an element; the error names the member that is wrong.
    /// - Parameters:
    ///   - members: Of the element, ``members(of:)``.
    ///   - document: What the element is of.
    ///   - recipients: The element's are added; also where it is then refused.
    init(
        _ element: JSONView, _ members: borrowing JSONMemberViews, of document: JSONDocument,
        into recipients: inout RecipientList
    ) throws(PusherError) {
        try Self.require(element, .object, "the element")
        event = try Self.required(members[0], .object, "event")
        guard event.source.count <= IngestLimits.event else {
            throw PusherError(.tooLarge, "event is larger than \(IngestLimits.event) bytes")
        }
        let parts = event.members(Self.eventKeys)
        eventID = try Self.identifier(parts[0], "event.event_id")
        roomID = try Self.identifier(parts[1], "event.room_id")
        type = try Self.identifier(parts[2], "event.type")
        sender = try Self.identifier(parts[3], "event.sender")
        content = try Self.required(parts[4], .object, "event.content")
        stateKey = parts[5]
        if let stateKey = try Self.optional(stateKey, .string, "event.state_key") {
            try Self.limit(stateKey, 0...IngestLimits.identifier, "event.state_key")
        }
        room = try Self.optional(members[1], .object, "room")
        (names, roomFacts) = try room.map { room throws(PusherError) in try Self.take(room) } ?? (Names(), RoomFacts())
        let list = try Self.required(members[2], .array, "recipients")
        let first = recipients.list.count
        for recipient in list.elements! {
            let index = recipients.list.count - first
            recipients.list.append(try Self.recipient(recipient, index, of: document, &recipients.given))
        }
        self.recipients = first..<recipients.list.count
        let isCall = type.isString("m.call.invite")
        lifetime = isCall ? content["lifetime"]?.integer.flatMap { $0 >= 0 ? $0 : nil } : nil
        isMembership = type.isString("m.room.member")
        eventHash = TextHash.of(eventID.utf8)
        let relation = content["m.relates_to"]
        let root = relation?["rel_type"]?.isString("m.thread") ?? false ? relation?["event_id"] : nil
        thread = root.flatMap { $0.kind == .string ? $0 : nil }
        let callID = isCall ? content["call_id"] : nil
        call = callID.flatMap { $0.kind == .string ? $0 : nil }
    }

    /// Whether a recipient is the event's sender.
    func isSent(by recipient: Recipient) -> Bool {
        sender.hasSameContent(as: recipient.userID)
    }

    // MARK: Parts

    /// What rules look at first.
    var partsForRules: PushEvent.Parts {
        PushEvent.Parts(
            type: type, sender: sender, stateKey: stateKey, roomID: roomID, content: content, facts: roomFacts)
    }

    private static func identifier(
        _ value: JSONView?, _ path: @autoclosure () -> String
    ) throws(PusherError) -> JSONView {
        let value = try required(value, .string, path())
        try limit(value, 1...IngestLimits.identifier, path())
        return value
    }

    /// Checks a room, of which the names and what rules need is wanted again.
    private static func take(_ room: JSONView) throws(PusherError) -> (Names, RoomFacts) {
        let members = room.members(roomKeys)
        let names = Names(
            room: try optional(members[0], .string, "room.name"),
            alias: try optional(members[1], .string, "room.canonical_alias"),
            sender: try optional(members[2], .string, "room.sender_display_name"))
        if let name = names.room { try limit(name, nameSize, "room.name") }
        if let alias = names.alias { try limit(alias, nameSize, "room.canonical_alias") }
        if let name = names.sender { try limit(name, nameSize, "room.sender_display_name") }
        if let count = members[3], !count.isNull, (count.integer ?? -1) < 0 {
            throw PusherError(.badJSON, "room.member_count must be a whole number, zero or more")
        }
        _ = try optional(members[4], .object, "room.power_levels")
        if let creators = try optional(members[5], .array, "room.creators") {
            for creator in creators.elements! { try require(creator, .string, "each of room.creators") }
        }
        do throws(PushRulesError) {
            return (names, try RoomFacts(memberCount: members[3], powerLevels: members[4], creators: members[5]))
        } catch {
            throw PusherError(.badJSON, "\(error)")
        }
    }

    /// Whom a membership event is about: its `state_key`.
    var memberTarget: JSONView? { isMembership ? stateKey : nil }

    private static let nameSize = 0...IngestLimits.name

    private static func recipient(
        _ value: JSONView, _ index: Int, of document: JSONDocument, _ given: inout [PushActions]
    ) throws(PusherError) -> Recipient {
        // Made only for an error's text.
        func path(_ member: String = "") -> String { "recipients[\(index)]\(member)" }
        try require(value, .object, path())
        let members = value.members(recipientKeys)
        let userID = try required(members[0], .string, path(".user_id"))
        guard let userHash = userID.content.flatMap({ UserID.isValid($0) ? TextHash.of($0) : nil }) else {
            throw PusherError(.badJSON, "\(path(".user_id")) is not a Matrix user ID")
        }
        let displayName = try optional(members[1], .string, path(".display_name"))
        if let displayName { try limit(displayName, nameSize, path(".display_name")) }
        let ignoresSender = members[2]
        guard ignoresSender == nil || ignoresSender?.isNull == true || ignoresSender?.bool != nil else {
            throw PusherError(.badJSON, "\(path(".ignores_sender")) must be a boolean")
        }
        let counts = try optional(members[4], .object, path(".counts"))
        let actions = try optional(members[3], .array, path(".actions"))
        if let actions { given.append(try Self.actions(JSONValue(document, actions), path)) }
        return Recipient(
            userID: userID, userHash: userHash, displayName: displayName,
            given: actions == nil ? nil : given.count - 1,
            counts: try counts.map { counts throws(PusherError) in try Counts(counts, path(".counts")) },
            ignoresSender: ignoresSender?.bool ?? false)
    }

    private static func actions(
        _ actions: JSONValue, _ path: (String) -> String
    ) throws(PusherError) -> PushActions {
        do throws(PushRulesError) {
            return try PushActions(actions)
        } catch {
            throw PusherError(.badJSON, path(".\(error.detail)"))
        }
    }

    // MARK: Checks

    private static func required(
        _ value: JSONView?, _ kind: JSONKind, _ path: @autoclosure () -> String
    ) throws(PusherError) -> JSONView {
        guard let value else { throw PusherError(.badJSON, "\(path()) is missing") }
        try require(value, kind, path())
        return value
    }

    /// A member that may be absent or null.
    private static func optional(
        _ value: JSONView?, _ kind: JSONKind, _ path: @autoclosure () -> String
    ) throws(PusherError) -> JSONView? {
        guard let value, !value.isNull else { return nil }
        try require(value, kind, path())
        return value
    }

    private static func require(_ value: JSONView, _ kind: JSONKind, _ path: @autoclosure () -> String)
        throws(PusherError)
    {
        guard value.kind == kind else { throw PusherError(.badJSON, "\(path()) must be \(kind.indefiniteName)") }
    }

    private static func limit(
        _ value: JSONView, _ range: ClosedRange<Int>, _ path: @autoclosure () -> String
    ) throws(PusherError) {
        let count = value.content?.count ?? 0
        guard range.contains(count) else {
            throw PusherError(
                count == 0 ? .badJSON : .tooLarge,
                count == 0 ? "\(path()) must not be empty" : "\(path()) is longer than \(range.upperBound) bytes")
        }
    }
}

extension JSONKind {
    /// The kind as error texts name it.
    var indefiniteName: String {
        switch self {
        case .null: "null"
        case .true, .false: "a boolean"
        case .integer: "a whole number"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
