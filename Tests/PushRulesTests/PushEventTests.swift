import PushJSON
import Testing

@testable import PushRules

struct PushEventTests {
    private static let full =
        #"{"type":"m.room.message","sender":"@a:hs","state_key":"","room_id":"!r:hs","content":{"body":"b","msgtype":"m.text","#
        + #""membership":"join","m.mentions":{"user_ids":["@b:hs"],"room":true},"m.relates_to":{"rel_type":"m.thread"}}}"#
    private static let texts = [
        full, full.replacing("m.room.message", with: "m.room.encrypted").replacing("\"b\"", with: "\"Quiet words\""),
        "{}", #"{"content":{}}"#, #"{"content":{"m.mentions":{}}}"#, #"{"content":{"m.mentions":1}}"#,
        #"{"content":{"m.mentions":{"room":false},"m.relates_to":[]}}"#, #"{"user_ids":[],"room":true,"body":"no"}"#,
    ]

    private func root(_ text: String) throws -> JSONValue { try JSONDocument(parsing: Array(text.utf8)).root }

    /// What the event has at the common paths, each looked up on its own.
    private func expected(_ root: JSONValue) -> [String?] {
        PropertyPath.common.map { path in
            path.value(in: root.view).map { "\($0.kind) \(String(decoding: $0.source, as: UTF8.self))" }
        }
    }

    private func found(_ event: PushEvent) -> [String?] {
        PropertyPath.common.indices.map { place in
            event.property(place).kind.map { kind in
                "\(kind) \(event.value(place).map { String(decoding: $0.source, as: UTF8.self) } ?? "")"
            }
        }
    }

    /// All that is worked out of an event, in one text.
    private func workedOut(_ event: PushEvent) -> String {
        let hash = Array("quiet".utf8).withUnsafeBufferPointer { WordIndex.hash($0) }
        let hasWord = event.foldedProperty(PropertyPath.contentPlace).map {
            event.bodyMayContain(word: hash, body: $0.folded)
        }
        let mayNotify = Array("room".utf8).withUnsafeBufferPointer { event.isPermitted(key: $0) }
        let texts = PropertyPath.common.indices.map { place in
            "\(event.foldedProperty(place).map { Array($0.folded) } ?? []) \(event.hashedProperty(place)?.hash ?? 0)"
        }
        return
            "\(event.isEncrypted) \(event.memberCount ?? -1) \(event.senderLevel) \(mayNotify) \(hasWord ?? false) \(texts)"
    }

    @Test(arguments: texts)
    func `A common path leads where it leads from the event`(text: String) throws {
        let root = try root(text)
        #expect(found(try PushEvent(event: root)) == expected(root))
    }

    @Test func `An event that becomes another has nothing left of the former`() throws {
        let roots = try Self.texts.map(root)
        let room = try root(
            #"{"member_count":2,"power_levels":{"users":{"@a:hs":100},"notifications":{"room":60}},"creators":[]}"#)
        let paths = (0..<70).map { PropertyPath("content", "x\($0)") }
        for (first, second) in roots.flatMap({ first in roots.map { (first, $0) } }) {
            let event = try PushEvent(event: first, room: room)
            for path in paths { _ = event.property(event.place(of: path)) }
            _ = workedOut(event)
            let members = second.view.members(JSONMemberTable.Keys("type", "sender", "state_key", "room_id", "content"))
            event.become(
                second,
                PushEvent.Parts(
                    type: members[0], sender: members[1], stateKey: members[2], roomID: members[3], content: members[4])
            )
            #expect(found(event) == expected(second))
            #expect(event.property(event.place(of: paths[0])).kind == nil)
            #expect(workedOut(event) == workedOut(try PushEvent(event: second)))
        }
    }

    @Test(arguments: [10, 600, 2000, 5000])
    func `Texts are folded in the event's memory or in their own, whatever their size`(size: Int) throws {
        func event(_ letter: String) throws -> JSONValue {
            try root(#"{"type":"M.X","content":{"body":"\#(String(repeating: letter, count: size))"}}"#)
        }
        let event1 = try event("A"), event2 = try event("B")
        let event = try PushEvent(event: event1)
        for (root, letter) in [(event1, "a"), (event2, "b"), (event1, "a")] {
            let members = root.view.members(JSONMemberTable.Keys("type", "content"))
            event.become(
                root,
                PushEvent.Parts(type: members[0], sender: nil, stateKey: nil, roomID: nil, content: members[1]))
            let body = try #require(event.foldedProperty(PropertyPath.contentPlace))
            #expect(Array(body.folded) == Array(String(repeating: letter, count: size).utf8))
            #expect(Array(try #require(event.foldedProperty(0)).folded) == Array("m.x".utf8))
        }
    }
}
