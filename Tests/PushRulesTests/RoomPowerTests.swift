import PushRules
import Testing

@Suite struct RoomPowerTests {
    private static let event = #"{"type":"t","sender":"@alice:example.org"}"#
    private static let room = override(#"{"kind":"sender_notification_permission","key":"room"}"#)

    @Test(
        arguments: [
            (nil, false), ("{}", false), (#"{"power_levels":{}}"#, false),
            (#"{"power_levels":null,"creators":null}"#, false),
            (#"{"power_levels":{"users":{"@alice:example.org":50}}}"#, true),
            (#"{"power_levels":{"users":{"@alice:example.org":49}}}"#, false),
            (#"{"power_levels":{"users":{"@ALICE:example.org":50}}}"#, false),
            (#"{"power_levels":{"users_default":50}}"#, true),
            (#"{"power_levels":{"users_default":50,"users":{"@alice:example.org":10}}}"#, false),
            (#"{"power_levels":{"notifications":{"room":0}}}"#, true),
            (#"{"power_levels":{"notifications":{"room":1}}}"#, false),
            (#"{"power_levels":{"notifications":{"other":0}}}"#, false),
            (#"{"power_levels":{"notifications":{"room":-5},"users":{"@alice:example.org":-5}}}"#, true),
            (#"{"power_levels":{"notifications":{"room":-5},"users":{"@alice:example.org":-6}}}"#, false),
            (#"{"power_levels":{"notifications":{"room":100},"users":{"@alice:example.org":99}}}"#, false),
            // Creators of version 12 stand above every level, and are not looked up among the users.
            (#"{"creators":["@alice:example.org"]}"#, true), (#"{"creators":["@carol:example.org"]}"#, false),
            (
                #"{"creators":["@c:x","@alice:example.org"],"power_levels":{"notifications":{"room":9007199254740991}}}"#,
                true
            ),
            (#"{"creators":["@alice:example.org"],"power_levels":{"users":{"@alice:example.org":-1}}}"#, true),
            // Old rooms have levels as strings; what is no level counts as absent.
            (#"{"power_levels":{"users":{"@alice:example.org":"50"}}}"#, true),
            (#"{"power_levels":{"users":{"@alice:example.org":" 100 "}}}"#, true),
            (#"{"power_levels":{"users":{"@alice:example.org":"49"}}}"#, false),
            (#"{"power_levels":{"users":{"@alice:example.org":"much"},"users_default":60}}"#, true),
            (#"{"power_levels":{"users":{"@alice:example.org":null},"users_default":60}}"#, true),
            (#"{"power_levels":{"users":{"@alice:example.org":100.5}}}"#, false),
            (#"{"power_levels":{"users":["@alice:example.org"],"users_default":60}}"#, true),
            (#"{"power_levels":{"users_default":"many"}}"#, false),
            (#"{"power_levels":{"users_default":true}}"#, false),
            (#"{"power_levels":{"notifications":{"room":"0"}}}"#, true),
            (#"{"power_levels":{"notifications":{"room":[]}}}"#, false),
            (#"{"power_levels":{"notifications":[],"users_default":50}}"#, true),
            (
                #"{"power_levels":{"notifications":{"room":"9223372036854775807"},"users_default":"9223372036854775807"}}"#,
                true
            ),
            (#"{"power_levels":{"users_default":"99999999999999999999"}}"#, false),
        ] as [(String?, Bool)])
    func sendersNeedTheLevelOfTheNotification(room: String?, expected: Bool) throws {
        #expect(try matches(Self.room, Self.event, room: room) == expected)
    }

    @Test func otherKeysHaveTheirOwnLevelAndTheSameDefault() throws {
        let ruleset = override(#"{"kind":"sender_notification_permission","key":"org.example.all"}"#)
        #expect(try !matches(ruleset, Self.event, room: #"{"power_levels":{"notifications":{"room":0}}}"#))
        #expect(try matches(ruleset, Self.event, room: #"{"power_levels":{"notifications":{"org.example.all":0}}}"#))
        #expect(try matches(ruleset, Self.event, room: #"{"power_levels":{"users_default":50}}"#))
    }

    @Test func anEventWithoutSenderHasNoPower() throws {
        let room = #"{"creators":[""],"power_levels":{"users_default":100}}"#
        #expect(try !matches(Self.room, #"{"type":"t"}"#, room: room))
    }

    @Test(arguments: [
        ("[]", "room is not an object"), (#"{"member_count":"2"}"#, "room.member_count is not a number of members"),
        (#"{"member_count":-1}"#, "room.member_count is not a number of members"),
        (#"{"member_count":1.5}"#, "room.member_count is not a number of members"),
        (#"{"power_levels":[]}"#, "room.power_levels is not an object"),
        (#"{"creators":{}}"#, "room.creators is not an array"),
        (#"{"creators":[1]}"#, "room.creators has an element that is not a string"),
    ])
    func malformedRoomsAreRefused(room: String, detail: String) throws {
        let event = try json(Self.event)
        let room = try json(room)
        #expect(throws: PushRulesError(.malformed, detail)) { try PushEvent(event: event, room: room) }
    }
}
