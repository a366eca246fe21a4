import PushJSON
import PushRules
import Testing

@Suite struct EditingTests {
    private static let notify = #"{"actions":["notify"]}"#

    /// Room rules with these IDs, the first on top.
    private func rooms(_ ids: String...) throws -> PushRuleset {
        var ruleset = PushRuleset()
        for id in ids.reversed() { try ruleset.put(.room, id, json(Self.notify)) }
        return ruleset
    }

    private func ids(_ ruleset: PushRuleset, _ kind: PushRuleKind = .room) -> [String] {
        ruleset.rules(kind).filter { !$0.isDefault }.map(\.ruleID)
    }

    private func written(_ ruleset: PushRuleset, _ kind: PushRuleKind, _ ruleID: String) throws -> String? {
        var writer = JSONWriter()
        try #require(ruleset.rule(kind, ruleID)).write(to: &writer, userID: bob)
        return text(writer.bytes)
    }

    static let bodies: [(PushRuleKind, String, String, String)] = [
        (.room, "#spam:example.com", notify, #""actions":["notify"]}"#),
        (.sender, "@eve:example.com", #"{"actions":[],"conditions":5,"pattern":7}"#, #""actions":[]}"#),
        (.content, "тест", #"{"pattern":"тест","actions":["notify"]}"#, #""pattern":"тест","actions":["notify"]}"#),
        (
            .override, "o", #"{"conditions":[],"actions":["dont_notify","coalesce"],"enabled":false,"default":true}"#,
            #""conditions":[],"actions":["dont_notify","coalesce"]}"#
        ),
        (
            .underride, "a b+c%?🔑", #"{"conditions":[{"kind":"org.new","x":1.50}],"actions":[{"set_tweak":"org.t"}]}"#,
            #""conditions":[{"kind":"org.new","x":1.50}],"actions":[{"set_tweak":"org.t"}]}"#
        ),
    ]

    @Test(arguments: bodies)
    func aRuleIsReadBackAsItWasPut(kind: PushRuleKind, ruleID: String, body: String, rest: String) throws {
        var ruleset = PushRuleset()
        try ruleset.put(kind, ruleID, json(body))
        let expected = #"{"rule_id":"\#(ruleID)","default":false,"enabled":true,"# + rest
        #expect(try written(ruleset, kind, ruleID) == expected)
        let again = try PushRuleset(stored: json(#require(text(ruleset.storedContent))))
        #expect(try written(again, kind, ruleID) == expected)
    }

    static let refused: [(PushRuleKind, String, String, String, String)] = [
        (.room, "", notify, "M_INVALID_PARAM", "the rule ID is empty"),
        (.room, ".m.rule.master", notify, "M_INVALID_PARAM", "rule IDs that begin with a dot are the server's"),
        (.room, "a/b", notify, "M_INVALID_PARAM", "rule IDs may have no slash and no backslash"),
        (.room, #"a\b"#, notify, "M_INVALID_PARAM", "rule IDs may have no slash and no backslash"),
        (.room, String(repeating: "r", count: 513), notify, "M_TOO_LARGE", "rule_id of more than 512 bytes"),
        (.room, "r", "[]", "M_BAD_JSON", "the body is not an object"),
        (.room, "r", "{}", "M_MISSING_PARAM", "actions is missing"),
        (.room, "r", #"{"actions":null}"#, "M_BAD_JSON", "actions is not an array"),
        (.room, "r", #"{"actions":["notify","nope"]}"#, "M_INVALID_PARAM", "actions[1] is not an action"),
        (.room, "r", #"{"actions":[7]}"#, "M_INVALID_PARAM", "actions[0] is not an action"),
        (.room, "r", #"{"actions":[{"value":1}]}"#, "M_INVALID_PARAM", "actions[0] is not an action"),
        (.room, "r", #"{"actions":[{"set_tweak":1}]}"#, "M_INVALID_PARAM", "actions[0] is not an action"),
        (.content, "c", notify, "M_MISSING_PARAM", "pattern is missing"),
        (.content, "c", #"{"actions":[],"pattern":1}"#, "M_BAD_JSON", "pattern is missing or not a string"),
        (.override, "o", notify, "M_MISSING_PARAM", "conditions is missing"),
        (.underride, "u", notify, "M_MISSING_PARAM", "conditions is missing"),
        (.override, "o", #"{"actions":[],"conditions":{}}"#, "M_BAD_JSON", "conditions is not an array"),
        (
            .underride, "u", #"{"actions":[],"conditions":[{}]}"#, "M_BAD_JSON",
            "a condition has no kind, or one that is not a string"
        ),
        (
            .override, "o", #"{"actions":[],"conditions":["event_match"]}"#, "M_BAD_JSON",
            "a condition has no kind, or one that is not a string"
        ),
    ]

    @Test(arguments: refused)
    func whatIsNoRuleIsRefused(
        kind: PushRuleKind, ruleID: String, body: String, errcode: String, detail: String
    ) throws {
        var ruleset = PushRuleset()
        let error = try #require(throws: PushRulesError.self) { try ruleset.put(kind, ruleID, json(body)) }
        #expect(error.errcode == errcode)
        #expect(error.detail == detail)
        #expect(ruleset.isEmpty)
    }

    @Test func newRulesComeFirst() throws {
        var ruleset = try rooms("b", "c")
        try ruleset.put(.room, "a", json(Self.notify))
        #expect(ids(ruleset) == ["a", "b", "c"])
        try ruleset.put(.override, "o", json(#"{"actions":[],"conditions":[]}"#))
        #expect(
            ruleset.rules(.override).map(\.ruleID).prefix(3) == [".m.rule.master", "o", ".m.rule.suppress_notices"])
    }

    static let places: [(String, before: String?, after: String?, expected: String)] = [
        ("x", "a", nil, "xabc"), ("x", "c", nil, "abxc"), ("x", nil, "a", "axbc"), ("x", nil, "c", "abcx"),
        ("x", "b", "c", "axbc"), ("a", "c", nil, "bac"), ("c", "a", nil, "cab"), ("a", nil, "c", "bca"),
        ("c", nil, "a", "acb"), ("b", "b", nil, "abc"), ("b", nil, "b", "abc"), ("b", nil, nil, "abc"),
    ]

    @Test(arguments: places)
    func rulesGoBeforeAndAfterOthers(ruleID: String, before: String?, after: String?, expected: String) throws {
        var ruleset = try rooms("a", "b", "c")
        try ruleset.put(.room, ruleID, json(Self.notify), before: before, after: after)
        #expect(ids(ruleset).joined() == expected)
    }

    static let anchors: [(before: String?, after: String?)] = [
        ("nope", nil), (nil, "nope"), (".m.rule.message", nil), (nil, ".m.rule.message"), ("", nil), ("room", nil),
        ("new", nil),
    ]

    @Test(arguments: anchors)
    func anchorsAreRulesOfTheUserOfTheSameKind(before: String?, after: String?) throws {
        var ruleset = try rooms("room")
        try ruleset.put(.underride, "u", json(#"{"actions":[],"conditions":[]}"#))
        let error = try #require(throws: PushRulesError.self) {
            try ruleset.put(
                .underride, "new", json(#"{"actions":[],"conditions":[]}"#), before: before, after: after)
        }
        #expect(error.errcode == "M_INVALID_PARAM")
        #expect(ids(ruleset, .underride) == ["u"])
    }

    @Test func puttingARuleAgainKeepsItsPlaceAndWhetherItIsEnabled() throws {
        var ruleset = try rooms("a", "b", "c")
        try ruleset.set(.enabled, of: .room, "b", json(#"{"enabled":false}"#))
        let former = ruleset.storedContent
        try ruleset.put(.room, "b", json(Self.notify))
        #expect(ruleset.storedContent == former)
        try ruleset.put(.room, "b", json(#"{"actions":[]}"#))
        #expect(ids(ruleset) == ["a", "b", "c"])
        #expect(try written(ruleset, .room, "b") == #"{"rule_id":"b","default":false,"enabled":false,"actions":[]}"#)
        try ruleset.delete(.room, "b")
        try ruleset.put(.room, "b", json(Self.notify))
        #expect(ruleset.rule(.room, "b")?.isEnabled == true)
    }

    @Test func ruleIDsAreComparedByteForByte() throws {
        // "é" composed and decomposed are the same to Swift.
        var ruleset = try rooms("\u{E9}")
        try ruleset.put(.room, "e\u{301}", json(#"{"actions":[]}"#))
        #expect(ids(ruleset).count == 2)
        #expect(text(ruleset.rule(.room, "\u{E9}")?.actions.source) == #"["notify"]"#)
        try ruleset.delete(.room, "e\u{301}")
        #expect(ids(ruleset).map { Array($0.utf8) } == [Array("\u{E9}".utf8)])
    }

    @Test func rulesOfTheUserAreDeletedAndThoseOfTheServerAreNot() throws {
        var ruleset = try rooms("a", "b")
        try ruleset.delete(.room, "a")
        #expect(ids(ruleset) == ["b"])
        func code(_ kind: PushRuleKind, _ ruleID: String) throws -> String {
            try #require(throws: PushRulesError.self) { try ruleset.delete(kind, ruleID) }.errcode
        }
        #expect(try code(.room, "a") == "M_NOT_FOUND")
        #expect(try code(.sender, "b") == "M_NOT_FOUND")
        #expect(try code(.override, ".m.rule.nope") == "M_NOT_FOUND")
        #expect(try code(.content, ".m.rule.contains_user_name") == "M_NOT_FOUND")
        #expect(try code(.override, ".m.rule.master") == "M_INVALID_PARAM")
        try ruleset.delete(.room, "b")
        #expect(ruleset.isEmpty)
    }

    @Test(arguments: [false, true])
    func everyDefaultRuleCanBeChangedAndChangedBack(legacy: Bool) throws {
        let defaults = DefaultRules(legacyMentions: legacy)
        var ruleset = PushRuleset()
        for kind in PushRuleKind.allCases {
            for rule in defaults.rules(kind) {
                let id = rule.ruleID
                let enabled = rule.isEnabled
                try ruleset.set(.enabled, of: kind, id, json(#"{"enabled":\#(!enabled)}"#), defaults: defaults)
                // Has the effect of no action at all, and is read back all the same.
                try ruleset.set(.actions, of: kind, id, json(#"{"actions":["dont_notify"]}"#), defaults: defaults)
                let stored = try PushRuleset(stored: json(#require(text(ruleset.storedContent))))
                let changed = try #require(stored.rule(kind, id, defaults: defaults))
                #expect(changed.isEnabled == !enabled)
                #expect(text(changed.actions.source) == #"["dont_notify"]"#)
                try ruleset.set(.enabled, of: kind, id, json(#"{"enabled":\#(enabled)}"#), defaults: defaults)
                let actions = try #require(text(rule.actions.source))
                try ruleset.set(.actions, of: kind, id, json(#"{"actions":\#(actions)}"#), defaults: defaults)
                #expect(ruleset.isEmpty)
            }
        }
    }

    static let attributes: [(PushRuleAttribute, String, String, String)] = [
        (.enabled, "o", "{}", "M_MISSING_PARAM"), (.enabled, "o", "true", "M_BAD_JSON"),
        (.enabled, "o", #"{"enabled":"true"}"#, "M_BAD_JSON"), (.enabled, "o", #"{"enabled":1}"#, "M_BAD_JSON"),
        (.actions, "o", "{}", "M_MISSING_PARAM"), (.actions, "o", #"["notify"]"#, "M_BAD_JSON"),
        (.actions, "o", #"{"actions":{}}"#, "M_BAD_JSON"), (.actions, "o", #"{"actions":["no"]}"#, "M_INVALID_PARAM"),
        (.enabled, "p", #"{"enabled":true}"#, "M_NOT_FOUND"),
        (.enabled, ".m.rule.roomnotif", #"{"enabled":true}"#, "M_NOT_FOUND"),
        (.actions, ".m.rule.nope", #"{"actions":[]}"#, "M_NOT_FOUND"),
    ]

    @Test(arguments: attributes)
    func attributesAreChecked(attribute: PushRuleAttribute, ruleID: String, body: String, errcode: String) throws {
        var ruleset = PushRuleset()
        try ruleset.put(.override, "o", json(#"{"actions":[],"conditions":[]}"#))
        let former = ruleset.storedContent
        let error = try #require(throws: PushRulesError.self) {
            try ruleset.set(attribute, of: .override, ruleID, json(body))
        }
        #expect(error.errcode == errcode)
        #expect(ruleset.storedContent == former)
    }

    @Test func aHomeserversOwnDefaultCanBeChangedButNotDeleted() throws {
        var ruleset = try PushRuleset(
            parsing: json(#"{"global":{"override":[{"rule_id":".org.hs","actions":[],"conditions":[]}]}}"#))
        try ruleset.set(.enabled, of: .override, ".org.hs", json(#"{"enabled":false}"#))
        try ruleset.set(.actions, of: .override, ".org.hs", json(#"{"actions":["notify"]}"#))
        let expected = #"{"rule_id":".org.hs","default":true,"enabled":false,"conditions":[],"actions":["notify"]}"#
        #expect(try written(ruleset, .override, ".org.hs") == expected)
        #expect(throws: PushRulesError.self) { try ruleset.delete(.override, ".org.hs") }
    }

    @Test func rulesAreLimited() throws {
        var limits = PushRuleLimits()
        limits.rules = 3
        limits.conditions = 1
        limits.actions = 2
        limits.patternBytes = 4
        var ruleset = try rooms("a", "b", "c")
        func detail(_ kind: PushRuleKind, _ ruleID: String, _ body: String) throws -> String {
            let error = try #require(throws: PushRulesError.self) {
                try ruleset.put(kind, ruleID, json(body), limits: limits)
            }
            #expect(error.errcode == "M_TOO_LARGE")
            return error.detail
        }
        #expect(try detail(.sender, "d", Self.notify) == "more than 3 push rules")
        #expect(try detail(.room, "a", #"{"actions":["notify","notify","notify"]}"#) == "more than 2 actions")
        let conditions = #"{"actions":[],"conditions":[{"kind":"a"},{"kind":"b"}]}"#
        try ruleset.delete(.room, "c")
        #expect(try detail(.override, "o", conditions) == "more than 1 conditions")
        #expect(try detail(.content, "o", #"{"actions":[],"pattern":"12345"}"#) == "pattern of more than 4 bytes")
        // An existing rule can still be changed when there is no room for another.
        try ruleset.put(.room, "c", json(Self.notify), limits: limits)
        try ruleset.put(.room, "c", json(#"{"actions":[]}"#), limits: limits)
    }

    @Test func aFullRulesetIsReadBackWhole() throws {
        var limits = PushRuleLimits()
        limits.rules = 2
        let ruleset = try rooms("a", "b")
        var writer = JSONWriter()
        ruleset.write(to: &writer, userID: bob)
        let again = try PushRuleset(parsing: json(#require(text(writer.bytes))), limits: limits)
        #expect(again.storedContent == ruleset.storedContent)
    }
}
