import PushJSON
import PushRules
import Testing

@Suite struct RoomUpgradeTests {
    private static let old = "!old:hs"
    private static let new = "!new:hs"

    private func upgraded(_ content: String, limits: PushRuleLimits = PushRuleLimits()) throws -> PushRuleset {
        var ruleset = try PushRuleset(parsing: json(content))
        try ruleset.copyRules(ofRoom: Self.old, to: Self.new, limits: limits)
        return ruleset
    }

    private func ids(_ ruleset: PushRuleset, _ kind: PushRuleKind) -> [String] {
        ruleset.rules(kind).filter { !$0.isDefault }.map(\.ruleID)
    }

    private func about(_ room: String, _ id: String) -> String {
        #"{"rule_id":"\#(id)","actions":[],"conditions":[{"kind":"event_match","key":"room_id","pattern":"\#(room)"}]}"#
    }

    @Test func theRoomsRuleIsCopiedBehindTheOriginal() throws {
        let ruleset = try upgraded(
            """
            {"global":{"room":[{"rule_id":"!a:hs","actions":[]},
            {"rule_id":"!old:hs","actions":[{"set_tweak":"sound","value":"x"}],"enabled":false,"org.note":1},
            {"rule_id":"!z:hs","actions":[]}],"sender":[{"rule_id":"!old:hs","actions":[]}],
            "content":[{"rule_id":"!old:hs","actions":[],"pattern":"!old:hs"}]}}
            """)
        #expect(ids(ruleset, .room) == ["!a:hs", Self.old, Self.new, "!z:hs"])
        #expect(ids(ruleset, .sender) == [Self.old])
        #expect(ids(ruleset, .content) == [Self.old])
        var writer = JSONWriter()
        try #require(ruleset.rule(.room, Self.new)).write(to: &writer, userID: bob)
        let copy =
            #"{"rule_id":"!new:hs","default":false,"enabled":false,"actions":[{"set_tweak":"sound","value":"x"}],"org.note":1}"#
        #expect(text(writer.bytes) == copy)
    }

    @Test(arguments: [PushRuleKind.override, .underride])
    func aRuleWithAConditionOnTheRoomIsCopied(kind: PushRuleKind) throws {
        let rule = """
            {"rule_id":"!old:hs","actions":["dont_notify"],"conditions":[{"kind":"contains_display_name"},
            {"x":1.50,"pattern":"!old:hs","key":"room_id","kind":"event_match"},
            {"kind":"event_property_is","key":"room_id","value":"!old:hs"},
            {"kind":"event_match","key":"content.body","pattern":"!old:hs"}]}
            """
        let ruleset = try upgraded(#"{"global":{"\#(kind.rawValue)":[\#(rule)]}}"#)
        #expect(ids(ruleset, kind) == [Self.old, Self.new])
        var writer = JSONWriter()
        try #require(ruleset.rule(kind, Self.new)).write(to: &writer, userID: bob)
        let copy = """
            {"rule_id":"!new:hs","default":false,"enabled":true,"conditions":[{"kind":"contains_display_name"},\
            {"x":1.50,"pattern":"!new:hs","key":"room_id","kind":"event_match"},\
            {"kind":"event_property_is","key":"room_id","value":"!new:hs"},\
            {"kind":"event_match","key":"content.body","pattern":"!old:hs"}],"actions":["dont_notify"]}
            """
        #expect(text(writer.bytes) == copy)
    }

    @Test func theCopyDecidesInTheNewRoom() throws {
        var ruleset = try PushRuleset(parsing: json(#"{"global":{"override":[\#(about(Self.old, Self.old))]}}"#))
        let event = try PushEvent(event: json(message("hi").replacing("!r:example.org", with: Self.new)), room: nil)
        func decides() -> String? { CompiledRuleset.compiling(ruleset).evaluate(event, recipient: bob).rule?.ruleID }
        #expect(decides() == ".m.rule.message")
        try ruleset.copyRules(ofRoom: Self.old, to: Self.new)
        #expect(decides() == Self.new)
    }

    @Test(arguments: [
        #"{"kind":"event_match","key":"room_id","pattern":"!OLD:hs"}"#,
        #"{"kind":"event_match","key":"room_id","pattern":"!old:h*"}"#,
        #"{"kind":"event_match","key":"content.room_id","pattern":"!old:hs"}"#,
        #"{"kind":"event_match","key":"room_id"}"#, #"{"kind":"org.other","key":"room_id","pattern":"!old:hs"}"#,
    ])
    func otherConditionsAreNoReason(condition: String) throws {
        let content = #"{"global":{"override":[{"rule_id":"!old:hs","actions":[],"conditions":[\#(condition)]}]}}"#
        #expect(try ids(upgraded(content), .override) == [Self.old])
    }

    @Test func rulesForTheNewRoomAreKept() throws {
        let kept = #"{"rule_id":"!new:hs","actions":["notify"],"conditions":[]}"#
        let ruleset = try upgraded(
            #"{"global":{"override":[\#(kept),\#(about(Self.old, Self.old))],"room":[{"rule_id":"!old:hs","actions":[]},\#(kept)]}}"#
        )
        #expect(ids(ruleset, .override) == [Self.new, Self.old])
        #expect(ids(ruleset, .room) == [Self.old, Self.new])
        #expect(ruleset.rule(.override, Self.new)?.actions.notify == true)
        #expect(ruleset.rule(.room, Self.new)?.actions.notify == true)
    }

    static let names: [([String], expected: [String])] = [
        (["x"], ["x", new]), (["x", old], ["x", "!new:hs x", old, new]), (["x", "y"], ["x", new, "y", "!new:hs y"]),
    ]

    @Test(arguments: names)
    func everyRuleGetsAnIDOfItsOwnAndARepetitionChangesNothing(rules: [String], expected: [String]) throws {
        let list = rules.map { about(Self.old, $0) }.joined(separator: ",")
        var ruleset = try upgraded(#"{"global":{"underride":[\#(list)]}}"#)
        #expect(ids(ruleset, .underride) == expected)
        let once = ruleset.storedContent
        try ruleset.copyRules(ofRoom: Self.old, to: Self.new)
        #expect(ruleset.storedContent == once)
    }

    @Test func copiesAreLimitedToo() throws {
        var limits = PushRuleLimits()
        limits.rules = 1
        let content = #"{"global":{"room":[{"rule_id":"!old:hs","actions":[]}]}}"#
        let error = try #require(throws: PushRulesError.self) { try upgraded(content, limits: limits) }
        #expect(error.errcode == "M_TOO_LARGE")
        limits.rules = 2
        #expect(try ids(upgraded(content, limits: limits), .room) == [Self.old, Self.new])
    }
}
