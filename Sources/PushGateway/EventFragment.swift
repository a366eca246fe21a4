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

    /// The values that a notification shows of an event and its room; strings all but the content. Valid while their
    /// documents live.
    package struct Parts {
        package var eventID, roomID, type, sender: JSONView
        package var content: JSONView?
        /// The membership that a state event of type `m.room.member` sets.
        package var membership: JSONView?
        package var roomName, roomAlias, senderDisplayName: JSONView?

        package init(
            eventID: JSONView, roomID: JSONView, type: JSONView, sender: JSONView, stateKey: JSONView?,
            content: JSONView?
        ) {
            self.eventID = eventID
            self.roomID = roomID
            self.type = type
            self.sender = sender
            self.content = content
            if stateKey?.kind == .string, type.isString("m.room.member") {
                membership = EventFragment.text(content?["membership"])
            }
        }
    }

    /// Renders an event.
    /// - Parameters:
    ///   - event: A client-format event.
    ///   - room: The ingest API's `room` object (`name`, `canonical_alias`, `sender_display_name`).
    ///   - includesContent: Whether `content` is kept at all.
    /// - Returns: nil where `event_id`, `room_id`, `type` or `sender` is no string.
    package init?(event: JSONValue, room: JSONValue?, includesContent: Bool = true) {
        defer { withExtendedLifetime((event, room)) {} }
        let members = event.view.members(Self.keys)
        guard let eventID = Self.text(members[0]), let roomID = Self.text(members[1]),
            let type = Self.text(members[2]), let sender = Self.text(members[3])
        else { return nil }
        let content = members[4].flatMap { $0.kind == .object ? $0 : nil }
        var parts = Parts(
            eventID: eventID, roomID: roomID, type: type, sender: sender, stateKey: members[5], content: content)
        if let room {
            let names = room.view.members(Self.roomKeys)
            parts.roomName = Self.text(names[0])
            parts.roomAlias = Self.text(names[1])
            parts.senderDisplayName = Self.text(names[2])
        }
        self.init(parts, includesContent: includesContent)
    }

    /// Renders an event whose parts are known; strings and content are copied as they stand in the source.
    ///
    /// `room_name` is the room's name, else its canonical alias; empty names count as none.
    package init(_ parts: Parts, includesContent: Bool = true) {
        let alias = Self.nonempty(parts.roomAlias)
        let roomName = Self.nonempty(parts.roomName) ?? alias
        let displayName = Self.nonempty(parts.senderDisplayName)
        let content = includesContent ? parts.content : nil
        var (idsEnd, contentStart) = (0, 0)
        let size =
            Self.size(parts.eventID) + Self.size(parts.roomID) + Self.size(parts.type) + Self.size(parts.sender)
            + Self.size(displayName) + Self.size(roomName) + Self.size(alias) + Self.size(parts.membership)
            + Self.size(content)
        bytes = [UInt8](piecesUpTo: Self.slack + size) { writer in
            writer.put("{\"event_id\":", parts.eventID)
            writer.put(",\"room_id\":", parts.roomID)
            idsEnd = writer.count
            writer.put(",\"type\":", parts.type)
            writer.put(",\"sender\":", parts.sender)
            writer.put(",\"sender_display_name\":", displayName)
            writer.put(",\"room_name\":", roomName)
            writer.put(",\"room_alias\":", alias)
            writer.put(",\"membership\":", parts.membership)
            contentStart = writer.count
            writer.put(",\"content\":", content)
            writer.put("}")
        }
        (self.idsEnd, self.contentStart) = (idsEnd, contentStart)
    }

    /// Takes bytes as they are.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        (idsEnd, contentStart) = (bytes.count, bytes.count)
    }

    /// More bytes than the names of all members and the braces take.
    private static let slack = 160

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

    private static func text(_ value: JSONView?) -> JSONView? {
        value.flatMap { $0.kind == .string ? $0 : nil }
    }

    private static func nonempty(_ text: JSONView?) -> JSONView? { size(text) > 2 ? text : nil }

    /// Bytes of a value in its source.
    private static func size(_ value: JSONView?) -> Int { value?.source.count ?? 0 }
}
