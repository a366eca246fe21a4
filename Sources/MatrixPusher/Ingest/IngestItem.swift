internal import PushJSON
internal import PushRules

/// One checked element of a transaction's `events`.
struct IngestItem {
    let event: JSONValue
    let room: JSONValue?
    let recipients: [Recipient]
    /// Milliseconds after which the event is of no use: the `lifetime` of a call invite.
    let lifetime: Int64?
    /// The `state_key` of a membership event: whom it is about.
    let memberTarget: JSONValue?
    let eventHash: Int
    /// The root of the thread that the event is in (Client-Server API, "Threading").
    let thread: JSONValue?
    /// The call that a call invite begins.
    let call: JSONValue?

    struct Recipient {
        let userID: JSONValue
        let userHash: Int
        let displayName: JSONValue?
        let actions: PushActions?
        let counts: Counts?
        let ignoresSender: Bool
    }

    struct Counts {
        var unread: Int64 = 0
        var missedCalls: Int64 = 0

        /// Reads `{"unread", "missed_calls"}`; a member that is absent is zero.
        init(_ value: JSONValue, _ path: String) throws(PusherError) {
            for (key, target) in [("unread", \Counts.unread), ("missed_calls", \Counts.missedCalls)] {
                guard let number = value[key], !number.isNull else { continue }
                guard let count = number.integer, count >= 0 else {
                    throw PusherError(.badJSON, "\(path).\(key) must be a whole number, zero or more")
                }
                self[keyPath: target] = count
            }
        }
    }

    /// Checks the shape of an element; the error names the member that is wrong.
    init(_ element: JSONValue) throws(PusherError) {
        try Self.require(element, .object, "the element")
        event = try Self.member(element, "event", .object, "event")
        try Self.checkEvent(event)
        room = try Self.optional(element, "room", .object, "room")
        if let room { try Self.checkRoom(room) }
        let list = try Self.member(element, "recipients", .array, "recipients")
        var recipients: [Recipient] = []
        recipients.reserveCapacity(list.count)
        var index = 0
        for recipient in list.elements! {
            recipients.append(try Self.recipient(recipient, "recipients[\(index)]"))
            index += 1
        }
        self.recipients = recipients
        let type = event["type"]!
        let isCall = type.isString("m.call.invite")
        lifetime = isCall ? event["content"]?["lifetime"]?.integer.flatMap { $0 >= 0 ? $0 : nil } : nil
        memberTarget = type.isString("m.room.member") ? event["state_key"] : nil
        eventHash = event["event_id"]?.withStringBytes { TextHash.of($0) } ?? 0
        let relation = event["content"]?["m.relates_to"]
        let root = relation?["rel_type"]?.isString("m.thread") ?? false ? relation?["event_id"] : nil
        thread = root.flatMap { $0.kind == .string ? $0 : nil }
        let callID = isCall ? event["content"]?["call_id"] : nil
        call = callID.flatMap { $0.kind == .string ? $0 : nil }
    }

    /// Whether a recipient is the event's sender.
    func isSent(by recipient: Recipient) -> Bool {
        event["sender"]?.hasSameContent(as: recipient.userID) ?? false
    }

    // MARK: Parts

    private static func checkEvent(_ event: JSONValue) throws(PusherError) {
        guard event.sourceBytes.count <= IngestLimits.event else {
            throw PusherError(.tooLarge, "event is larger than \(IngestLimits.event) bytes")
        }
        for key in ["event_id", "room_id", "type", "sender"] {
            let value = try member(event, key, .string, "event.\(key)")
            try limit(value, 1...IngestLimits.identifier, "event.\(key)")
        }
        _ = try member(event, "content", .object, "event.content")
        if let stateKey = try optional(event, "state_key", .string, "event.state_key") {
            try limit(stateKey, 0...IngestLimits.identifier, "event.state_key")
        }
    }

    private static func checkRoom(_ room: JSONValue) throws(PusherError) {
        for key in ["name", "canonical_alias", "sender_display_name"] {
            if let name = try optional(room, key, .string, "room.\(key)") {
                try limit(name, 0...IngestLimits.name, "room.\(key)")
            }
        }
        if let count = room["member_count"], !count.isNull, (count.integer ?? -1) < 0 {
            throw PusherError(.badJSON, "room.member_count must be a whole number, zero or more")
        }
        _ = try optional(room, "power_levels", .object, "room.power_levels")
        if let creators = try optional(room, "creators", .array, "room.creators") {
            for creator in creators.elements! { try require(creator, .string, "each of room.creators") }
        }
    }

    private static func recipient(_ value: JSONValue, _ path: String) throws(PusherError) -> Recipient {
        try require(value, .object, path)
        let userID = try member(value, "user_id", .string, "\(path).user_id")
        guard let userHash = userID.withStringBytes({ UserID.isValid($0) ? TextHash.of($0) : nil }) ?? nil else {
            throw PusherError(.badJSON, "\(path).user_id is not a Matrix user ID")
        }
        let displayName = try optional(value, "display_name", .string, "\(path).display_name")
        if let displayName { try limit(displayName, 0...IngestLimits.name, "\(path).display_name") }
        let ignoresSender = value["ignores_sender"]
        guard ignoresSender == nil || ignoresSender?.isNull == true || ignoresSender?.bool != nil else {
            throw PusherError(.badJSON, "\(path).ignores_sender must be a boolean")
        }
        return Recipient(
            userID: userID, userHash: userHash, displayName: displayName,
            actions: try actions(value, path),
            counts: try optional(value, "counts", .object, "\(path).counts").map { counts throws(PusherError) in
                try Counts(counts, "\(path).counts")
            },
            ignoresSender: ignoresSender?.bool ?? false)
    }

    private static func actions(_ recipient: JSONValue, _ path: String) throws(PusherError) -> PushActions? {
        guard let actions = try optional(recipient, "actions", .array, "\(path).actions") else { return nil }
        do throws(PushRulesError) {
            return try PushActions(actions)
        } catch {
            throw PusherError(.badJSON, "\(path).\(error.detail)")
        }
    }

    // MARK: Checks

    private static func member(
        _ object: JSONValue, _ key: String, _ kind: JSONKind, _ path: String
    ) throws(PusherError) -> JSONValue {
        guard let value = object[key] else { throw PusherError(.badJSON, "\(path) is missing") }
        try require(value, kind, path)
        return value
    }

    /// A member that may be absent or null.
    private static func optional(
        _ object: JSONValue, _ key: String, _ kind: JSONKind, _ path: @autoclosure () -> String
    ) throws(PusherError) -> JSONValue? {
        guard let value = object[key], !value.isNull else { return nil }
        try require(value, kind, path())
        return value
    }

    private static func require(_ value: JSONValue, _ kind: JSONKind, _ path: @autoclosure () -> String)
        throws(PusherError)
    {
        guard value.kind == kind else { throw PusherError(.badJSON, "\(path()) must be \(kind.indefiniteName)") }
    }

    private static func limit(
        _ value: JSONValue, _ range: ClosedRange<Int>, _ path: @autoclosure () -> String
    ) throws(PusherError) {
        let count = value.withStringBytes { $0.count } ?? 0
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
