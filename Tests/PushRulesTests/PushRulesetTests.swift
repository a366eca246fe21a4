import PushJSON
import PushRules
import Testing

@Suite struct PushRulesetTests {
    private func parse(_ content: String, limits: PushRuleLimits = PushRuleLimits()) throws -> PushRuleset {
        try PushRuleset(parsing: json(content), limits: limits)
    }

    private func written(_ ruleset: PushRuleset) -> String {
        var writer = JSONWriter()
        ruleset.write(to: &writer, userID: bob)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("[]", "the push rules are not an object"), (#"{"global":[]}"#, "global is not an object"),
        (#"{"override":[]}"#, "the rules are not under global"), (#"{"global":{"room":{}}}"#, "room is not an array"),
        (#"{"global":{"override":null}}"#, "override is not an array"),
        (#"{"global":{"override":[5]}}"#, "override rule: the rule is not an object"),
        (#"{"global":{"sender":[{"actions":[]}]}}"#, "sender rule: rule_id is missing"),
        (#"{"global":{"sender":[{"rule_id":"","actions":[]}]}}"#, "sender rule: rule_id is not a string, or empty"),
        (#"{"global":{"room":[{"rule_id":7,"actions":[]}]}}"#, "room rule: rule_id is not a string, or empty"),
        (#"{"global":{"room":[{"rule_id":"!a:b"}]}}"#, #"room rule "!a:b": actions are missing"#),
        (
            #"{"global":{"room":[{"rule_id":"!a:b","actions":"notify"}]}}"#,
            #"room rule "!a:b": actions is not an array"#
        ),
        (
            #"{"global":{"room":[{"rule_id":"!a:b","actions":[],"enabled":1}]}}"#,
            #"room rule "!a:b": enabled is not a boolean"#
        ),
        (
            #"{"global":{"content":[{"rule_id":"c","actions":[]}]}}"#,
            #"content rule "c": pattern is missing or not a string"#
        ),
        (
            #"{"global":{"content":[{"rule_id":"c","actions":[],"pattern":1}]}}"#,
            #"content rule "c": pattern is missing or not a string"#
        ),
        (
            #"{"global":{"underride":[{"rule_id":"u","actions":[],"conditions":{}}]}}"#,
            #"underride rule "u": conditions is not an array"#
        ),
        (
            #"{"global":{"underride":[{"rule_id":".m.rule.call","actions":5}]}}"#,
            #"underride rule ".m.rule.call": actions is not an array"#
        ),
        (
            #"{"global":{"room":[{"rule_id":"!a:b","actions":[]},{"rule_id":"!a:b","actions":[]}]}}"#,
            #"room rule "!a:b": there are two rules with this ID"#
        ),
    ])
    func malformedRulesetsAreRefusedByKindAndRule(content: String, message: String) throws {
        let error = try #require(throws: PushRulesError.self) { try parse(content) }
        #expect(error.description == message)
        #expect(error.errcode == (message.hasPrefix("the rules are not under") ? "M_MISSING_PARAM" : "M_BAD_JSON"))
    }

    @Test func rulesetsAreLimited() throws {
        let rule = #"{"rule_id":"rule","actions":["notify"],"pattern":"pattern"}"#
        let condition = #"{"kind":"contains_display_name"}"#
        func expect(_ detail: String, _ content: String, _ change: (inout PushRuleLimits) -> Void) throws {
            var limits = PushRuleLimits()
            _ = try parse(content, limits: limits)
            change(&limits)
            let error = try #require(throws: PushRulesError.self) { try parse(content, limits: limits) }
            #expect(error.code == .tooLarge)
            #expect(error.detail == detail)
        }
        try expect("rule_id of more than 3 bytes", #"{"global":{"content":[\#(rule)]}}"#) { $0.ruleIDBytes = 3 }
        try expect("pattern of more than 6 bytes", #"{"global":{"content":[\#(rule)]}}"#) { $0.patternBytes = 6 }
        try expect("more than 1 push rules", #"{"global":{"content":[\#(rule)],"room":[\#(rule)]}}"#) { $0.rules = 1 }
        try expect("more than 0 actions", #"{"global":{"room":[\#(rule)]}}"#) { $0.actions = 0 }
        try expect("push rules of more than 20 bytes", #"{"global":{"room":[\#(rule)]}}"#) { $0.contentBytes = 20 }
        try expect("more than 1 conditions", override("\(condition),\(condition)")) { $0.conditions = 1 }
        try expect("condition of more than 31 bytes", override(condition)) { $0.conditionBytes = 31 }
    }

    @Test func longRuleIDsAreShortenedInErrors() throws {
        let long = String(repeating: "é", count: 600)
        let error = try #require(throws: PushRulesError.self) {
            try parse(#"{"global":{"room":[{"rule_id":"\#(long)","actions":[]}]}}"#)
        }
        #expect(error.ruleID?.unicodeScalars.count == 129)
    }

    @Test(arguments: [
        "{}", #"{"global":{}}"#, #"{"global":{"override":[],"content":[],"room":[],"sender":[],"underride":[]}}"#,
    ])
    func missingDefaultsAreAdded(content: String) throws {
        let ruleset = try parse(content)
        #expect(ruleset.isDefault)
        #expect(ruleset.rules(.override).count == 10)
        #expect(ruleset.rules(.underride).count == 5)
        #expect(written(ruleset) == written(PushRuleset()))
        #expect(CompiledRuleset.compiling(ruleset) === CompiledRuleset.defaults())
    }

    @Test func theWrittenFormReadsAsTheSameRuleset() throws {
        let ruleset = try parse(written(PushRuleset()))
        #expect(ruleset.isDefault)
        #expect(text(ruleset.storedContent) == #"{"global":{}}"#)
    }

    @Test func changesOfDefaultsAreKeptAndTheirConditionsAreNot() throws {
        let content = """
            {"global":{"override":[{"rule_id":".m.rule.master","default":true,"enabled":true,"conditions":[],"actions":[]},
            {"rule_id":".m.rule.tombstone","enabled":false,"actions":["notify"],"conditions":[{"kind":"unknown"}]},
            {"rule_id":".m.rule.reaction","enabled":true,"actions":["dont_notify"],"conditions":[]}]}}
            """
        let ruleset = try parse(content)
        #expect(!ruleset.isDefault)
        let rules = ruleset.rules(.override)
        #expect(rules.map(\.ruleID) == PushRuleset().rules(.override).map(\.ruleID))
        #expect(rules[0].isEnabled)
        #expect(!rules[6].isEnabled)
        #expect(text(rules[6].actions.source) == #"["notify"]"#)
        // The same effect as the default's actions is no change.
        #expect(text(rules[7].actions.source) == "[]")
        #expect(!written(ruleset).contains("unknown"))
        let stored =
            #"{"global":{"override":[{"rule_id":".m.rule.master","enabled":true},{"rule_id":".m.rule.tombstone","enabled":false,"actions":["notify"]}]}}"#
        #expect(text(ruleset.storedContent) == stored)
        #expect(try text(parse(stored).storedContent) == stored)
    }

    @Test func ownRulesStandBetweenMasterAndTheDefaults() throws {
        let content = """
            {"global":{"override":[{"rule_id":"a","actions":[]},{"rule_id":".m.rule.reaction","actions":[]},
            {"rule_id":".org.hs.rule","default":true,"actions":["notify"],"conditions":[{"kind":"event_match","key":"type","pattern":"org.hs"}]},
            {"rule_id":"b","actions":[],"enabled":false}],"underride":[{"rule_id":"u","actions":[]}]}}
            """
        let ruleset = try parse(content)
        let ids = ruleset.rules(.override).map(\.ruleID)
        #expect(ids.prefix(4) == [".m.rule.master", "a", "b", ".m.rule.suppress_notices"])
        #expect(ids.suffix(2) == [".m.rule.suppress_edits", ".org.hs.rule"])
        #expect(ruleset.rules(.underride).map(\.ruleID).prefix(2) == ["u", ".m.rule.call"])
        #expect(ruleset.rules(.override).map(\.isDefault) == ids.map { $0.hasPrefix(".") })
        #expect(try text(parse(written(ruleset)).storedContent) == text(ruleset.storedContent))
    }

    @Test func aHomeserversOwnDefaultIsEvaluated() throws {
        let content = """
            {"global":{"override":[{"rule_id":".org.hs.rule","default":true,"enabled":true,"actions":["notify"],
            "conditions":[{"kind":"event_match","key":"type","pattern":"org.hs"}]}]}}
            """
        #expect(try rule(#"{"type":"org.hs"}"#, ruleset: content) == ".org.hs.rule")
        #expect(try rule(#"{"type":"org.other"}"#, ruleset: content) == nil)
    }

    @Test func unknownMembersAreGivenBack() throws {
        let content = """
            {"device":{"x":[1]},"global":{"org.new":[true],"room":[{"rule_id":"!a:b","actions":["notify"],"org.note":{"n":1.50}}],
            "override":[{"rule_id":".m.rule.call_x","actions":[],"pattern":"kept"}],
            "underride":[{"rule_id":".m.rule.message","actions":["notify"],"org.more":null}]}}
            """
        let ruleset = try parse(content)
        let once = written(ruleset)
        for part in [
            #""device":{"x":[1]}"#, #""org.new":[true]"#, #""org.note":{"n":1.50}"#, #""pattern":"kept""#,
            #""org.more":null"#,
        ] {
            #expect(once.contains(part))
            #expect(text(ruleset.storedContent)?.contains(part) == true)
        }
        #expect(try written(parse(once)) == once)
        #expect(try written(PushRuleset(parsing: JSONDocument(parsing: ruleset.storedContent).root)) == once)
    }
}
