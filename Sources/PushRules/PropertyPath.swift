import PushJSON

/// A dot-separated property path (Appendices, "Dot-separated property paths").
///
/// `\.` is a dot and `\\` a backslash within a name; any other backslash stands for itself.
struct PropertyPath: Hashable, Sendable {
    /// The names in UTF-8: Swift's strings are equal under normalisation, JSON's keys are not.
    let names: [[UInt8]]

    init(_ names: String...) { self.names = names.map { Array($0.utf8) } }

    init(parsing path: String) {
        var names: [[UInt8]] = []
        var name: [UInt8] = []
        var escaped = false
        for byte in path.utf8 {
            if escaped {
                if byte != UInt8(ascii: "."), byte != UInt8(ascii: "\\") { name.append(UInt8(ascii: "\\")) }
                name.append(byte)
                escaped = false
            } else if byte == UInt8(ascii: "\\") {
                escaped = true
            } else if byte == UInt8(ascii: ".") {
                names.append(name)
                name.removeAll()
            } else {
                name.append(byte)
            }
        }
        if escaped { name.append(UInt8(ascii: "\\")) }
        names.append(name)
        self.names = names
    }

    /// The path as a rule writes it.
    var text: String {
        var text: [UInt8] = []
        for (index, name) in names.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ".")) }
            for byte in name {
                if byte == UInt8(ascii: ".") || byte == UInt8(ascii: "\\") { text.append(UInt8(ascii: "\\")) }
                text.append(byte)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The property of an event; nil where a name on the way is absent or not in an object.
    func value(in event: JSONView) -> JSONView? {
        var value = event
        for name in names {
            guard let next = name.withUnsafeBufferPointer({ value[keyBytes: $0] }) else { return nil }
            value = next
        }
        return value
    }
}

extension PropertyPath {
    static let type = PropertyPath("type")
    static let sender = PropertyPath("sender")
    static let stateKey = PropertyPath("state_key")
    static let roomID = PropertyPath("room_id")
    static let body = PropertyPath("content", "body")
    static let messageType = PropertyPath("content", "msgtype")
    static let membership = PropertyPath("content", "membership")
    static let mentions = PropertyPath("content", "m.mentions")
    static let mentionedUsers = PropertyPath("content", "m.mentions", "user_ids")
    static let mentionsRoom = PropertyPath("content", "m.mentions", "room")
    static let relation = PropertyPath("content", "m.relates_to")
    static let relationType = PropertyPath("content", "m.relates_to", "rel_type")

    /// The paths that every event keeps a place for; a path's position here is its place. Members of the event come first,
    /// then those of its content.
    static let common: [PropertyPath] = [
        type, sender, stateKey, roomID, body, messageType, membership, mentions, relation, mentionedUsers, mentionsRoom,
        relationType,
    ]
    /// The place of the first member of the content.
    static let contentPlace = 4
    /// The members of the content that have the places from there on.
    static let contentKeys = JSONMemberTable.Keys("body", "msgtype", "membership", "m.mentions", "m.relates_to")
    /// The last places, which are looked up when a rule asks; the place of what each is in, and its name there.
    static let inner: [(place: Int, parent: Int, name: StaticString)] = [
        (9, 7, "user_ids"), (10, 7, "room"), (11, 8, "rel_type"),
    ]
}
