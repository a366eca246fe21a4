import PushRules
import Testing

@Suite struct EvaluationOrderTests {
    private func ruleset(_ rules: [(kind: String, json: String)]) -> String {
        let kinds = ["override", "content", "room", "sender", "underride"].map { kind in
            #""\#(kind)":[\#(rules.filter { $0.kind == kind }.map(\.json).joined(separator: ","))]"#
        }
        return #"{"global":{\#(kinds.joined(separator: ","))}}"#
    }

    /// A rule of each kind that matches the message, in the order of evaluation.
    private static let all: [(kind: String, json: String)] = [
        ("override", #"{"rule_id":".m.rule.master","enabled":true,"actions":[]}"#),
        ("override", #"{"rule_id":"o1","actions":["notify"]}"#),
        ("override", #"{"rule_id":"o2","actions":["notify"]}"#),
        ("content", #"{"rule_id":"c1","pattern":"tea","actions":["notify"]}"#),
        ("content", #"{"rule_id":"c2","pattern":"time","actions":["notify"]}"#),
        ("room", #"{"rule_id":"!r:example.org","actions":["notify"]}"#),
        ("sender", #"{"rule_id":"@alice:example.org","actions":["notify"]}"#),
        ("underride", #"{"rule_id":"u1","actions":["notify"]}"#),
    ]
    private static let order = [
        ".m.rule.master", "o1", "o2", "c1", "c2", "!r:example.org", "@alice:example.org", "u1", ".m.rule.message",
    ]

    @Test func eachRuleDecidesWhenThoseBeforeItAreGone() throws {
        for count in 0...Self.all.count {
            let rest = ruleset(Array(Self.all.dropFirst(count)))
            #expect(try rule(message("It's time for tea"), ruleset: rest) == Self.order[count])
        }
    }

    @Test func aDefaultOverrideRuleComesAfterOwnOverridesAndBeforeOwnContentRules() throws {
        let notice = #"{"type":"m.room.message","content":{"msgtype":"m.notice","body":"tea"}}"#
        #expect(try rule(notice, ruleset: ruleset([Self.all[1]])) == "o1")
        #expect(try rule(notice, ruleset: ruleset([Self.all[3]])) == ".m.rule.suppress_notices")
    }

    @Test func disabledRulesNeverMatch() throws {
        let disabled = #"{"rule_id":"o1","enabled":false,"actions":["notify"]}"#
        let message = #"{"rule_id":".m.rule.message","enabled":false,"actions":["notify"]}"#
        #expect(try rule(PushRulesTests.message("x"), ruleset: ruleset([("override", disabled)])) == ".m.rule.message")
        let verdict = try verdict(PushRulesTests.message("x"), ruleset: ruleset([("underride", message)]))
        #expect(verdict.rule == nil)
        #expect(!verdict.notify)
    }

    @Test func masterSilencesEverything() throws {
        let verdict = try verdict(message("x"), ruleset: ruleset(Self.all))
        #expect(verdict.rule?.ruleID == ".m.rule.master")
        #expect(!verdict.notify)
    }

    @Test(arguments: ["room", "sender"])
    func roomAndSenderRulesCompareTheWholeID(kind: String) throws {
        let ids =
            kind == "room"
            ? ["!R:example.org", "!r:example.or", "!*", "!r:example.org "] : ["@Alice:example.org", "@alice", "@*"]
        for id in ids {
            let ruleset = ruleset([(kind, #"{"rule_id":"\#(id)","actions":[]}"#)])
            #expect(try rule(message("x"), ruleset: ruleset) == ".m.rule.message")
        }
    }

    @Test func ownEventsNeverNotify() throws {
        let everything = ruleset([Self.all[1]])
        #expect(try verdict(message("x"), ruleset: everything, recipient: "@alice:example.org").rule == nil)
        #expect(try verdict(message("x"), ruleset: everything, recipient: "@Alice:example.org").notify)
        #expect(try verdict(#"{"type":"m.room.message","sender":""}"#, ruleset: everything, recipient: "").notify)
    }

    @Test func oneEventServesManyRecipients() throws {
        let event = try PushEvent(event: json(message("cake for bob")), room: json(#"{"member_count":9}"#))
        let cake = try CompiledRuleset.compiling(PushRuleset(parsing: json(keyword("cake"))))
        let pie = try CompiledRuleset.compiling(PushRuleset(parsing: json(keyword("pie"))))
        for _ in 0..<3 {
            #expect(cake.evaluate(event, recipient: bob).rule?.ruleID == "test")
            #expect(pie.evaluate(event, recipient: bob).rule?.ruleID == ".m.rule.message")
            #expect(cake.evaluate(event, recipient: "@alice:example.org").rule == nil)
            #expect(CompiledRuleset.defaults().evaluate(event, recipient: "@carol:x").rule?.ruleID == ".m.rule.message")
        }
    }

    @Test func highlightOfARuleThatDoesNotNotifyIsNone() throws {
        let content = #"{"global":{"override":[{"rule_id":"test","actions":[{"set_tweak":"highlight"}]}]}}"#
        let verdict = try verdict(message("x"), ruleset: content)
        #expect(!verdict.notify)
        #expect(!verdict.highlight)
        #expect(text(verdict.tweaks) == #"{"highlight":true}"#)
    }
}
