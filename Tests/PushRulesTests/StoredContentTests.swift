import PushJSON
import PushRules
import Testing

/// Rulesets that another version of the program has stored.
@Suite struct StoredContentTests {
    private func stored(_ rules: String, kind: String = "override") throws -> PushRuleset {
        try PushRuleset(stored: json(#"{"global":{"\#(kind)":[\#(rules)]}}"#))
    }

    @Test func changesOfAnOlderSetOfDefaultsSurviveTheNewerOne() throws {
        // Stored before the rules for mentions, server ACLs and edits were there.
        let ruleset = try stored(
            #"{"rule_id":".m.rule.suppress_notices","enabled":false},{"rule_id":".m.rule.tombstone","actions":[]}"#)
        let ids = ruleset.rules(.override).map(\.ruleID)
        #expect(ids == PushRuleset().rules(.override).map(\.ruleID))
        #expect(ids.contains(".m.rule.is_user_mention") && ids.contains(".m.rule.suppress_edits"))
        for rule in ruleset.rules(.override) {
            switch rule.ruleID {
            case ".m.rule.suppress_notices": #expect(!rule.isEnabled)
            case ".m.rule.tombstone": #expect(rule.isEnabled && !rule.actions.notify)
            default:
                let original = try #require(PushRuleset().rule(.override, rule.ruleID))
                #expect(rule.isEnabled == original.isEnabled && rule.actions.source == original.actions.source)
            }
        }
    }

    @Test func aDefaultOfTheHomeserverThatBecomesTheSpecificationsKeepsWhatTheUserSet() throws {
        let rule = """
            {"rule_id":".m.rule.reaction","default":true,"enabled":false,"actions":["notify"],
            "conditions":[{"kind":"event_match","key":"type","pattern":"org.reaction"}]}
            """
        let reaction = try #require(stored(rule).rule(.override, ".m.rule.reaction"))
        #expect(!reaction.isEnabled && reaction.actions.notify)
        #expect(try stored(rule).rules(.override).count == PushRuleset().rules(.override).count)
    }

    @Test(arguments: [
        #"{"rule_id":".m.rule.of_2031","enabled":false}"#, #"{"rule_id":".m.rule.of_2031","actions":["notify"]}"#,
        #"{"rule_id":".m.rule.of_2031","enabled":true,"actions":[],"org.x":1}"#,
    ])
    func changesOfANewerDefaultWaitWithoutEffect(rule: String) throws {
        let ruleset = try stored(rule)
        #expect(ruleset.rule(.override, ".m.rule.of_2031") == nil)
        #expect(ruleset.rules(.override).count == PushRuleset().rules(.override).count)
        #expect(text(ruleset.storedContent) == #"{"global":{"override":[\#(rule)]}}"#)
    }

    @Test func aDefaultOfTheHomeserverIsStoredWhole() throws {
        let rule = #"{"rule_id":".org.hs","default":true,"enabled":true,"conditions":[],"actions":["notify"]}"#
        let ruleset = try stored(rule)
        #expect(ruleset.rules(.override).last?.ruleID == ".org.hs")
        #expect(text(ruleset.storedContent) == #"{"global":{"override":[\#(rule)]}}"#)
    }

    @Test func whatIsStoredIsUnderNoLimit() throws {
        let pattern = String(repeating: "p", count: PushRuleLimits().patternBytes + 1)
        let rules = (0...PushRuleLimits().rules).map {
            #"{"rule_id":"\#($0)","default":false,"enabled":true,"pattern":"\#(pattern)","actions":[]}"#
        }
        #expect(try stored(rules.joined(separator: ","), kind: "content").rules(.content).count == rules.count)
    }

    @Test func everyEditIsReadBackAsItWas() throws {
        var generator = SeededGenerator(state: 3)
        var ruleset = PushRuleset()
        for _ in 0..<2000 {
            let kind = PushRuleKind.allCases.randomElement(using: &generator)!
            let id = ["a", "b", "c", "тест", ".m.rule.master", ".m.rule.call"].randomElement(using: &generator)!
            let other = ["a", "b", "c", "тест"].randomElement(using: &generator)!
            let flag = Bool.random(using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: try? ruleset.delete(kind, id)
            case 1: try? ruleset.set(.enabled, of: kind, id, json(#"{"enabled":\#(flag)}"#))
            case 2: try? ruleset.set(.actions, of: kind, id, json(#"{"actions":\#(flag ? "[]" : #"["notify"]"#)}"#))
            default:
                let body = try json(#"{"actions":["notify"],"pattern":"\#(other)","conditions":[]}"#)
                try? ruleset.put(kind, id, body, before: flag ? other : nil)
            }
            let again = try PushRuleset(stored: json(#require(text(ruleset.storedContent))))
            #expect(again.storedContent == ruleset.storedContent)
            var (first, second) = (JSONWriter(), JSONWriter())
            ruleset.write(to: &first, userID: bob)
            again.write(to: &second, userID: bob)
            #expect(first.bytes == second.bytes)
        }
        #expect(!ruleset.isEmpty)
    }
}
