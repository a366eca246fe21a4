import PushJSON
import PushRules
import Testing

@Suite struct ConditionTests {
    private static let typed = """
        {"type":"m.room.topic","sender":"@alice:example.org","state_key":"","room_id":"!r:example.org",
         "content":{"topic":"Lunch plans","null":null,"true":true,"false":false,"one":1,"minus":-7,"zero":0,"float":1.0,
         "exp":1e0,"big":9007199254740993,"string":"One","list":["a",1,true,null,1.5,["b"],{"c":1}],"empty":[],
         "object":{"a":1},"m.federate":true,"m\\\\foo":"x","escaped":"\\u0041\\n"}}
        """

    @Test(arguments: [
        (#""key":"content.topic","pattern":"lunc?*""#, true), (#""key":"content.topic","pattern":"lunch""#, false),
        (#""key":"type","pattern":"M.ROOM.TOPIC""#, true), (#""key":"type","pattern":"m.room.*""#, true),
        (#""key":"state_key","pattern":"""#, true), (#""key":"state_key","pattern":"*""#, true),
        (#""key":"content.null","pattern":"*""#, false), (#""key":"content.one","pattern":"1""#, false),
        (#""key":"content.true","pattern":"true""#, false), (#""key":"content.list","pattern":"*""#, false),
        (#""key":"content.object","pattern":"*""#, false), (#""key":"content.absent","pattern":"*""#, false),
        (#""key":"content.topic.x","pattern":"*""#, false), (#""key":"content.m\\\\foo","pattern":"X""#, true),
        (#""key":"content.escaped","pattern":"a?""#, true), (#""key":"room_id","pattern":"!r:*""#, true),
        (#""key":"content.topic","pattern":5"#, false), (#""key":"content.topic""#, false), (#""pattern":"*""#, false),
        (#""key":["type"],"pattern":"*""#, false),
    ])
    func eventMatch(parameters: String, expected: Bool) throws {
        #expect(try matches(override(#"{"kind":"event_match",\#(parameters)}"#), Self.typed) == expected)
    }

    @Test(arguments: [
        (#""key":"content.m\\.federate","value":true"#, true), (#""key":"content.m\\.federate","value":"true""#, false),
        (#""key":"content.m\\.federate","value":1"#, false), (#""key":"content.m.federate","value":true"#, false),
        (#""key":"content.true","value":true"#, true), (#""key":"content.true","value":false"#, false),
        (#""key":"content.false","value":false"#, true), (#""key":"content.false","value":0"#, false),
        (#""key":"content.false","value":null"#, false), (#""key":"content.null","value":null"#, true),
        (#""key":"content.absent","value":null"#, false), (#""key":"content.null","value":false"#, false),
        (#""key":"content.one","value":1"#, true), (#""key":"content.one","value":true"#, false),
        (#""key":"content.one","value":"1""#, false), (#""key":"content.minus","value":-7"#, true),
        (#""key":"content.minus","value":7"#, false), (#""key":"content.zero","value":0"#, true),
        (#""key":"content.zero","value":false"#, false), (#""key":"content.float","value":1"#, false),
        (#""key":"content.exp","value":1"#, false), (#""key":"content.one","value":1.0"#, false),
        (#""key":"content.big","value":9007199254740993"#, false), (#""key":"content.string","value":"One""#, true),
        (#""key":"content.string","value":"one""#, false), (#""key":"content.string","value":"O*""#, false),
        (#""key":"content.escaped","value":"A\n""#, true), (#""key":"content.list","value":"a""#, false),
        (#""key":"content.object","value":{"a":1}"#, false), (#""key":"content.empty","value":[]"#, false),
        (#""key":"type","value":"m.room.topic""#, true), (#""key":"type","value":"m.room.name""#, false),
        (#""key":"content.null""#, false), (#""value":true"#, false),
    ])
    func eventPropertyIs(parameters: String, expected: Bool) throws {
        #expect(try matches(override(#"{"kind":"event_property_is",\#(parameters)}"#), Self.typed) == expected)
    }

    @Test(arguments: [
        (#""key":"content.list","value":"a""#, true), (#""key":"content.list","value":"A""#, false),
        (#""key":"content.list","value":1"#, true), (#""key":"content.list","value":true"#, true),
        (#""key":"content.list","value":false"#, false), (#""key":"content.list","value":null"#, true),
        (#""key":"content.list","value":1.5"#, false), (#""key":"content.list","value":"b""#, false),
        (#""key":"content.list","value":["b"]"#, false), (#""key":"content.empty","value":null"#, false),
        (#""key":"content.string","value":"One""#, false), (#""key":"content.object","value":1"#, false),
        (#""key":"content.absent","value":null"#, false), (#""key":"content.list""#, false), (#""value":"a""#, false),
    ])
    func eventPropertyContains(parameters: String, expected: Bool) throws {
        #expect(try matches(override(#"{"kind":"event_property_contains",\#(parameters)}"#), Self.typed) == expected)
    }

    @Test(arguments: [
        ("hello Bob!", "Bob", true), ("hello BOB", "bob", true), ("bobby", "Bob", false),
        ("hello Bob B.", "Bob B.", true),
        ("hi Bob", "", false), ("hi Bob", nil, false), ("anything", "*", false), ("a * b", "*", true),
        ("bob", "b?b", false),
        ("grüße ZOË", "Zoë", true), ("🎂 day", "🎂", true), ("@bob", "@Bob", true), ("", "Bob", false),
    ])
    func containsDisplayName(body: String, name: String?, expected: Bool) throws {
        let ruleset = override(#"{"kind":"contains_display_name"}"#)
        #expect(try matches(ruleset, message(body), displayName: name) == expected)
    }

    @Test func aDisplayNameIsSoughtInStringsOnly() throws {
        let ruleset = override(#"{"kind":"contains_display_name"}"#)
        #expect(try !matches(ruleset, #"{"type":"t","content":{"body":["Bob"]}}"#, displayName: "Bob"))
        #expect(try !matches(ruleset, #"{"type":"t"}"#, displayName: "Bob"))
    }

    @Test(arguments: [
        (#""2""#, 2, true), (#""2""#, 3, false), (#""==2""#, 2, true), (#""<2""#, 1, true), (#""<2""#, 2, false),
        (#""<=2""#, 2, true), (#""<=2""#, 3, false), (#"">2""#, 3, true), (#"">2""#, 2, false), (#"">=2""#, 2, true),
        (#"">=2""#, 1, false), (#""<0""#, 0, false), (#""0""#, 0, true), (#""002""#, 2, true),
        (#"">99999999999999999999""#, 5, false), (#""<99999999999999999999""#, 5, true),
        ("2", 2, false), (#""""#, 0, false), (#""=2""#, 2, false), (#""!=2""#, 3, false), (#""=>2""#, 2, false),
        (#""2 ""#, 2, false), (#"" 2""#, 2, false), (#""-2""#, 2, false), (#""+2""#, 2, false), (#""2.0""#, 2, false),
        (#""two""#, 2, false), (#"">""#, 2, false), (#""٢""#, 2, false), ("null", 2, false),
    ])
    func roomMemberCount(comparison: String, members: Int, expected: Bool) throws {
        let ruleset = override(#"{"kind":"room_member_count","is":\#(comparison)}"#)
        #expect(try matches(ruleset, Self.typed, room: #"{"member_count":\#(members)}"#) == expected)
    }

    @Test(arguments: [nil, "{}", "null", #"{"member_count":null}"#])
    func anUnknownMemberCountMatchesNothing(room: String?) throws {
        #expect(try !matches(override(#"{"kind":"room_member_count","is":">=0"}"#), Self.typed, room: room))
    }

    @Test(arguments: [
        #"{"kind":"room_version_supports","feature":"x"}"#, #"{"kind":"device","profile_tag":"x"}"#, "{}",
        #"{"kind":1}"#,
        "null", "[]", #""event_match""#, "1", #"{"key":"type","pattern":"*"}"#, #"{"kind":"room_member_count"}"#,
        #"{"kind":"sender_notification_permission"}"#, #"{"kind":"sender_notification_permission","key":1}"#,
    ])
    func unknownAndMalformedConditionsNeverMatchAndAreKept(condition: String) throws {
        let room = #"{"member_count":2,"creators":["@alice:example.org"]}"#
        #expect(try !matches(override(condition), Self.typed, room: room))
        // Not even beside a condition that does.
        let both = override(#"{"kind":"event_match","key":"type","pattern":"*"},"# + condition)
        #expect(try !matches(both, Self.typed, room: room))
        var writer = JSONWriter()
        try PushRuleset(parsing: json(override(condition))).write(to: &writer, userID: bob)
        #expect(String(decoding: writer.bytes, as: UTF8.self).contains(#""conditions":[\#(condition)]"#))
    }

    @Test func aRuleWithoutConditionsAlwaysMatches() throws {
        #expect(try matches(override(""), Self.typed))
        #expect(try matches(#"{"global":{"override":[{"rule_id":"test","actions":[]}]}}"#, "{}"))
    }

    @Test func allConditionsMustHold() throws {
        let topic = #"{"kind":"event_match","key":"type","pattern":"m.room.topic"}"#
        let two = #"{"kind":"room_member_count","is":"2"}"#
        #expect(try matches(override("\(topic),\(two)"), Self.typed, room: #"{"member_count":2}"#))
        #expect(try !matches(override("\(topic),\(two)"), Self.typed, room: #"{"member_count":3}"#))
        #expect(try !matches(override("\(two),\(topic)"), message("x"), room: #"{"member_count":2}"#))
    }

    @Test func morePathsThanAnEventRemembersAreStillLookedUp() throws {
        let conditions = (0..<60).map { #"{"kind":"event_property_is","key":"content.k\#($0)","value":\#($0)}"# }
        let more = (0..<20).map { #"{"kind":"event_match","key":"content.s\#($0)","pattern":"v\#($0)*"}"# }
        let members = (0..<60).map { #""k\#($0)":\#($0)"# } + (0..<20).map { #""s\#($0)":"V\#($0)x""# }
        let event = #"{"content":{\#(members.joined(separator: ","))}}"#
        #expect(try matches(override(conditions.joined(separator: ",")), event))
        #expect(try matches(override((conditions.suffix(40) + more).joined(separator: ",")), event))
        let twice = conditions.prefix(40) + more + [conditions[3], more[19], more[18], more[19]]
        #expect(try matches(override(twice.joined(separator: ",")), event))
    }
}
