import PushJSON
import Testing

@testable import MatrixPusher

struct IngestItemTests {
    private static let event =
        #"{"event_id":"$e","room_id":"!r:hs","type":"m.room.message","sender":"@a:hs","content":{}}"#

    private func item(_ json: String) throws -> TakenItem {
        try TakenItem(try JSONDocument(parsing: Array(json.utf8)).root)
    }

    private func error(_ json: String) throws -> PusherError? {
        let root = try JSONDocument(parsing: Array(json.utf8)).root
        do throws(PusherError) {
            _ = try TakenItem(root)
            return nil
        } catch {
            return error
        }
    }

    /// The event with one member replaced; nil leaves it out.
    private func event(_ key: String, _ value: String?) -> String {
        var members = [
            "event_id": #""$e""#, "room_id": #""!r:hs""#, "type": #""m.room.message""#, "sender": #""@a:hs""#,
            "content": "{}",
        ]
        members[key] = value
        return "{" + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }

    @Test(arguments: ["null", "1", "\"x\"", "[]", "true"])
    func `An element that is no object is refused`(element: String) throws {
        #expect(try error(element) == PusherError(.badJSON, "the element must be an object"))
    }

    @Test(arguments: [
        ("{}", "event is missing"), (#"{"event":1,"recipients":[]}"#, "event must be an object"),
        (#"{"event":null,"recipients":[]}"#, "event must be an object"),
        (#"{"event":EVENT}"#, "recipients is missing"),
        (#"{"event":EVENT,"recipients":{}}"#, "recipients must be an array"),
        (#"{"event":EVENT,"recipients":null}"#, "recipients must be an array"),
        (#"{"event":EVENT,"recipients":[],"room":[]}"#, "room must be an object"),
        (#"{"event":EVENT,"recipients":[],"room":{"name":1}}"#, "room.name must be a string"),
        (#"{"event":EVENT,"recipients":[],"room":{"canonical_alias":{}}}"#, "room.canonical_alias must be a string"),
        (
            #"{"event":EVENT,"recipients":[],"room":{"sender_display_name":false}}"#,
            "room.sender_display_name must be a string"
        ),
        (#"{"event":EVENT,"recipients":[],"room":{"power_levels":[]}}"#, "room.power_levels must be an object"),
        (#"{"event":EVENT,"recipients":[],"room":{"creators":"@a:hs"}}"#, "room.creators must be an array"),
        (#"{"event":EVENT,"recipients":[],"room":{"creators":["@a:hs",1]}}"#, "each of room.creators must be a string"),
        (#"{"event":EVENT,"recipients":["@b:hs"]}"#, "recipients[0] must be an object"),
        (#"{"event":EVENT,"recipients":[{"user_id":"@b:hs"},{}]}"#, "recipients[1].user_id is missing"),
        (#"{"event":EVENT,"recipients":[{"user_id":5}]}"#, "recipients[0].user_id must be a string"),
        (#"{"event":EVENT,"recipients":[{"user_id":"bob"}]}"#, "recipients[0].user_id is not a Matrix user ID"),
        (
            #"{"event":EVENT,"recipients":[{"user_id":"@b:hs","display_name":1}]}"#,
            "recipients[0].display_name must be a string"
        ),
        (#"{"event":EVENT,"recipients":[{"user_id":"@b:hs","actions":{}}]}"#, "recipients[0].actions must be an array"),
        (#"{"event":EVENT,"recipients":[{"user_id":"@b:hs","counts":[]}]}"#, "recipients[0].counts must be an object"),
        (
            #"{"event":EVENT,"recipients":[{"user_id":"@b:hs","ignores_sender":1}]}"#,
            "recipients[0].ignores_sender must be a boolean"
        ),
    ])
    func `The error names the member that is wrong`(json: String, message: String) throws {
        let json = json.replacing("EVENT", with: Self.event)
        #expect(try error(json) == PusherError(.badJSON, message))
    }

    @Test(arguments: ["event_id", "room_id", "type", "sender"])
    func `The ids of an event must be there, be strings, and have 1 to 255 bytes`(key: String) throws {
        func error(_ value: String?) throws -> PusherError? {
            try self.error(#"{"recipients":[],"event":\#(event(key, value))}"#)
        }
        #expect(try error(nil) == PusherError(.badJSON, "event.\(key) is missing"))
        #expect(try error("null") == PusherError(.badJSON, "event.\(key) must be a string"))
        #expect(try error("7") == PusherError(.badJSON, "event.\(key) must be a string"))
        #expect(try error("\"\"") == PusherError(.badJSON, "event.\(key) must not be empty"))
        #expect(try error("\"" + String(repeating: "x", count: 255) + "\"") == nil)
        #expect(
            try error("\"" + String(repeating: "x", count: 256) + "\"")
                == PusherError(.tooLarge, "event.\(key) is longer than 255 bytes"))
    }

    @Test(arguments: [nil, "null", "[]", "\"x\"", "1"] as [String?])
    func `An event's content must be an object`(content: String?) throws {
        let message = content == nil ? "event.content is missing" : "event.content must be an object"
        #expect(
            try error(#"{"recipients":[],"event":\#(event("content", content))}"#) == PusherError(.badJSON, message))
    }

    @Test func `A state key must be a string of at most 255 bytes, and may be empty`() throws {
        func error(_ value: String) throws -> PusherError? {
            try self.error(#"{"recipients":[],"event":\#(event("state_key", value))}"#)
        }
        #expect(try error("\"\"") == nil)
        #expect(try error("null") == nil)
        #expect(try error("1") == PusherError(.badJSON, "event.state_key must be a string"))
        #expect(
            try error("\"" + String(repeating: "x", count: 256) + "\"")
                == PusherError(.tooLarge, "event.state_key is longer than 255 bytes"))
    }

    @Test func `An event of more than 128 KiB is too large`() throws {
        let content = #"{"body":"\#(String(repeating: "x", count: 131_072))"}"#
        #expect(
            try error(#"{"recipients":[],"event":\#(event("content", content))}"#)
                == PusherError(.tooLarge, "event is larger than 131072 bytes"))
    }

    @Test(arguments: ["room", "recipient"])
    func `A name of more than 4096 bytes is too large`(place: String) throws {
        let name = "\"" + String(repeating: "x", count: 4097) + "\""
        let json =
            place == "room"
            ? #"{"event":\#(Self.event),"recipients":[],"room":{"name":\#(name)}}"#
            : #"{"event":\#(Self.event),"recipients":[{"user_id":"@b:hs","display_name":\#(name)}]}"#
        let path = place == "room" ? "room.name" : "recipients[0].display_name"
        #expect(try error(json) == PusherError(.tooLarge, "\(path) is longer than 4096 bytes"))
    }

    @Test(arguments: ["-1", "1.0", "1e3", "\"3\"", "true", "[]", "9223372036854775808", "99999999999999999999999"])
    func `Numbers must be whole and not negative`(number: String) throws {
        #expect(
            try error(#"{"event":\#(Self.event),"recipients":[],"room":{"member_count":\#(number)}}"#)
                == PusherError(.badJSON, "room.member_count must be a whole number, zero or more"))
        for key in ["unread", "missed_calls"] {
            #expect(
                try error(
                    #"{"event":\#(Self.event),"recipients":[{"user_id":"@b:hs","counts":{"\#(key)":\#(number)}}]}"#)
                    == PusherError(.badJSON, "recipients[0].counts.\(key) must be a whole number, zero or more"))
        }
    }

    @Test(arguments: [
        "", "bob", "@bob", "@bob:", "@b\u{7F}:hs", "@b\\n:hs", "@" + String(repeating: "x", count: 252) + ":hs",
    ])
    func `What is no user id is refused`(userID: String) throws {
        #expect(
            try error(#"{"event":\#(Self.event),"recipients":[{"user_id":"\#(userID)"}]}"#)
                == PusherError(.badJSON, "recipients[0].user_id is not a Matrix user ID"))
    }

    @Test func `Everything optional may be absent or null`() throws {
        let item = try item(
            """
            {"event":\(Self.event),"room":{"name":null,"canonical_alias":null,"member_count":null,"power_levels":null,"creators":null},
            "recipients":[{"user_id":"@b:hs","display_name":null,"actions":null,"counts":null,"ignores_sender":null},{"user_id":"@c:hs"}]}
            """)
        #expect(item.recipients.count == 2)
        #expect(item.recipients.allSatisfy { $0.displayName == nil && $0.given == nil && $0.counts == nil })
        #expect(try self.item(#"{"event":\#(Self.event),"room":null,"recipients":[]}"#).room == nil)
    }

    @Test func `Counts that are not given are zero beside those that are`() throws {
        let item = try item(
            #"{"event":\#(Self.event),"recipients":[{"user_id":"@b:hs","counts":{"unread":9007199254740991,"missed_calls":null}}]}"#
        )
        #expect(item.recipients[0].counts?.unread == 9_007_199_254_740_991)
        #expect(item.recipients[0].counts?.missedCalls == 0)
    }

    @Test(
        arguments: [
            ("m.call.invite", "60000", 60_000), ("m.call.invite", "0", 0),
            ("m.call.invite", "9007199254740991", 9_007_199_254_740_991),
            ("m.call.invite", "-1", nil), ("m.call.invite", "1.5", nil), ("m.call.invite", "\"60000\"", nil),
            ("m.call.invite", "1e400", nil), ("m.room.message", "60000", nil),
        ] as [(String, String, Int64?)])
    func `A call invite has the lifetime that it says`(type: String, lifetime: String, expected: Int64?) throws {
        let event =
            #"{"event_id":"$e","room_id":"!r:hs","type":"\#(type)","sender":"@a:hs","content":{"lifetime":\#(lifetime)}}"#
        #expect(try item(#"{"event":\#(event),"recipients":[]}"#).lifetime == expected)
    }

    @Test func `Only a membership event has a target`() throws {
        for (type, expected) in [("m.room.member", "@t:hs"), ("m.room.topic", nil)] as [(String, String?)] {
            let event =
                #"{"event_id":"$e","room_id":"!r:hs","type":"\#(type)","sender":"@a:hs","state_key":"@t:hs","content":{}}"#
            let item = try item(#"{"event":\#(event),"recipients":[]}"#)
            #expect(withExtendedLifetime(item) { item.memberTarget?.string } == expected)
        }
    }

    @Test func `A recipient who sent the event is recognised, also by an escaped id`() throws {
        let item = try item(
            #"{"event":\#(Self.event),"recipients":[{"user_id":"@a:hs"},{"user_id":"\u0040a:hs"},{"user_id":"@ab:hs"}]}"#
        )
        #expect(item.recipients.map { item.isSent(by: $0) } == [true, true, false])
    }
}

/// An item with what its views lead to, and its recipients.
@dynamicMemberLookup
struct TakenItem {
    private let items: IngestItems

    init(_ element: JSONValue) throws(PusherError) {
        var recipients = IngestItem.RecipientList()
        let item = try IngestItem(
            element.view, IngestItem.members(of: element.view), of: element.document, into: &recipients)
        items = IngestItems([item], recipients, of: element.document)
    }

    var recipients: [IngestItem.Recipient] { items.recipients }

    subscript<Member>(dynamicMember path: KeyPath<IngestItem, Member>) -> Member { items.list[0][keyPath: path] }

    func isSent(by recipient: IngestItem.Recipient) -> Bool { items.list[0].isSent(by: recipient) }
}
