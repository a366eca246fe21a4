import PushGateway
import PushJSON
import Testing

struct EventFragmentTests {
    private func fragment(_ event: String, room: String? = nil, includesContent: Bool = true) throws -> EventFragment? {
        let room = try room.map { try JSONDocument(parsing: $0).root }
        return EventFragment(event: try JSONDocument(parsing: event).root, room: room, includesContent: includesContent)
    }

    private func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }

    private static let message =
        #"{"content":{"n":1.0,"big":12345678901234567890},"type":"m.room.message","sender":"@a:hs","#
        + #""room_id":"!r:hs","event_id":"$e","origin_server_ts":1}"#

    @Test func `Members stand in a fixed order with the content last, byte for byte`() throws {
        let room = ##"{"name":"Mission \u0043ontrol","canonical_alias":"#mc:hs","sender_display_name":"Alice"}"##
        let fragment = try #require(try fragment(Self.message, room: room))
        #expect(
            text(fragment.bytes) == #"{"event_id":"$e","room_id":"!r:hs","type":"m.room.message","sender":"@a:hs","#
                + ##""sender_display_name":"Alice","room_name":"Mission \u0043ontrol","room_alias":"#mc:hs","##
                + #""content":{"n":1.0,"big":12345678901234567890}}"#)
        #expect(text(fragment.bytes[..<fragment.idsEnd]) == #"{"event_id":"$e","room_id":"!r:hs""#)
        #expect(text(fragment.bytes[fragment.contentStart...]) == #","content":{"n":1.0,"big":12345678901234567890}}"#)
    }

    @Test(arguments: [
        (##"{"canonical_alias":"#a:hs"}"##, ##","room_name":"#a:hs","room_alias":"#a:hs"}"##),
        (##"{"name":"","canonical_alias":"#a:hs"}"##, ##","room_name":"#a:hs","room_alias":"#a:hs"}"##),
        (#"{"name":"N","canonical_alias":""}"#, #","room_name":"N"}"#),
        (#"{"name":null,"sender_display_name":7}"#, #""sender":"@a:hs"}"#),
        ("{}", #""sender":"@a:hs"}"#),
    ])
    func `The alias stands in for a missing name`(room: String, end: String) throws {
        let fragment = try #require(try fragment(Self.message, room: room, includesContent: false))
        #expect(text(fragment.bytes).hasSuffix(end))
        #expect(fragment.contentStart == fragment.bytes.count - 1)
    }

    @Test(arguments: [
        (#""type":"m.room.member","state_key":"@b:hs","content":{"membership":"invite"}"#, true),
        (#""type":"m.room.member","content":{"membership":"invite"}"#, false),
        (#""type":"m.room.topic","state_key":"","content":{"membership":"invite"}"#, false),
        (#""type":"m.room.member","state_key":"@b:hs","content":{"membership":1}"#, false),
        (#""type":"m.room.member","state_key":"@b:hs""#, false),
    ])
    func `Only member state events have a membership`(members: String, isExpected: Bool) throws {
        let event = #"{"event_id":"$e","room_id":"!r:hs","sender":"@a:hs",\#(members)}"#
        let fragment = try #require(try fragment(event, includesContent: false))
        #expect(text(fragment.bytes).contains(#","membership":"invite""#) == isExpected)
    }

    @Test(arguments: ["event_id", "room_id", "type", "sender"])
    func `An event without one of its strings has no fragment`(key: String) throws {
        let event = Self.message.replacing("\"\(key)\":\"", with: "\"x\":\"")
        #expect(try fragment(event) == nil)
    }
}
