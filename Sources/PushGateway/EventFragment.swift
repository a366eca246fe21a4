package import PushJSON

/// An event as gateways see it, rendered once: a JSON object that bodies are cut from.
///
/// The members stand in the order `event_id`, `room_id`, the other members, `content`, so that each format of a
/// notification is one slice of ``bytes``.
package struct EventFragment: Sendable, Equatable {
    /// The JSON object.
    package let bytes: [UInt8]
    /// Offset past the value of `room_id`: what an `event_id_only` notification has ends here.
    package let idsEnd: Int
    /// Offset of `,"content":`, or of the closing brace where there is no content.
    package let contentStart: Int

    /// Renders an event; strings and content are copied as they stand in the source.
    ///
    /// `room_name` is the room's name, else its canonical alias; empty names count as none.
    /// - Parameters:
    ///   - event: A client-format event.
    ///   - room: The ingest API's `room` object (`name`, `canonical_alias`, `sender_display_name`).
    ///   - includesContent: Whether `content` is kept at all.
    /// - Returns: nil where `event_id`, `room_id`, `type` or `sender` is no string.
    package init?(event: JSONValue, room: JSONValue?, includesContent: Bool = true) {
        let members = event.members(Self.keys)
        guard let eventID = Self.text(members[0]), let roomID = Self.text(members[1]),
            let type = Self.text(members[2]), let sender = Self.text(members[3])
        else { return nil }
        let content = members[4].flatMap { $0.kind == .object ? $0 : nil }
        var (roomName, alias, displayName): (ArraySlice<UInt8>?, ArraySlice<UInt8>?, ArraySlice<UInt8>?)
        if let room {
            let names = room.members(Self.roomKeys)
            alias = Self.nonemptyText(names[1])
            displayName = Self.nonemptyText(names[2])
            roomName = Self.nonemptyText(names[0]) ?? alias
        }
        let isMemberEvent = members[2]?.isString("m.room.member") == true && members[5]?.kind == .string
        let membership = isMemberEvent ? Self.text(content?["membership"]) : nil
        let contentBytes = includesContent ? content?.sourceBytes : nil

        var bytes: [UInt8] = []
        let optional =
            (displayName?.count ?? 0) + (roomName?.count ?? 0) + (alias?.count ?? 0) + (membership?.count ?? 0)
        bytes.reserveCapacity(
            160 + eventID.count + roomID.count + type.count + sender.count + optional + (contentBytes?.count ?? 0))
        bytes.append(text: "{\"event_id\":", then: eventID)
        bytes.append(text: ",\"room_id\":", then: roomID)
        idsEnd = bytes.count
        bytes.append(text: ",\"type\":", then: type)
        bytes.append(text: ",\"sender\":", then: sender)
        if let displayName { bytes.append(text: ",\"sender_display_name\":", then: displayName) }
        if let roomName { bytes.append(text: ",\"room_name\":", then: roomName) }
        if let alias { bytes.append(text: ",\"room_alias\":", then: alias) }
        if let membership { bytes.append(text: ",\"membership\":", then: membership) }
        contentStart = bytes.count
        if let contentBytes { bytes.append(text: ",\"content\":", then: contentBytes) }
        bytes.append(UInt8(ascii: "}"))
        self.bytes = bytes
    }

    /// The event's ID as a JSON string with its quotes, as it stands in ``bytes``.
    var quotedEventID: ArraySlice<UInt8> {
        var position = Self.eventIDStart + 1
        while position < idsEnd, bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        return bytes[Self.eventIDStart..<min(position + 1, idsEnd)]
    }

    private static let keys = JSONMemberTable.Keys("event_id", "room_id", "type", "sender", "content", "state_key")
    private static let roomKeys = JSONMemberTable.Keys("name", "canonical_alias", "sender_display_name")

    /// Offset of the quote that opens the event's ID.
    private static let eventIDStart = "{\"event_id\":".utf8.count

    private static func text(_ value: JSONValue?) -> ArraySlice<UInt8>? {
        value.flatMap { $0.kind == .string ? $0.sourceBytes : nil }
    }

    private static func nonemptyText(_ value: JSONValue?) -> ArraySlice<UInt8>? {
        text(value).flatMap { $0.count > 2 ? $0 : nil }
    }
}
