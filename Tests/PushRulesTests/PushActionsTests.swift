import PushJSON
import PushRules
import Testing

@Suite struct PushActionsTests {
    @Test(
        arguments: [
            ("[]", false, nil), (#"["notify"]"#, true, nil), (#"["dont_notify"]"#, false, nil),
            (#"["coalesce"]"#, false, nil),
            (#"["dont_notify","notify"]"#, true, nil), (#"["notify","dont_notify"]"#, true, nil),
            (#"["Notify"]"#, false, nil),
            (#"["notify",{"set_tweak":"sound","value":"default"}]"#, true, #"{"sound":"default"}"#),
            (#"["notify",{"set_tweak":"highlight"}]"#, true, #"{"highlight":true}"#),
            (#"["notify",{"set_tweak":"highlight","value":false}]"#, true, #"{"highlight":false}"#),
            (
                #"[{"set_tweak":"sound","value":"a"},{"set_tweak":"x","value":[1, 2]},{"set_tweak":"sound","value":"b"}]"#,
                false,
                #"{"sound":"b","x":[1, 2]}"#
            ),
            (#"["notify",{"set_tweak":"sound"}]"#, true, nil), (#"[{"set_tweak":5,"value":1}]"#, false, nil),
            (#"[{"value":1},null,1,["notify"],"unknown",{"notify":true}]"#, false, nil),
            (
                #"[{"set_tweak":"highlight","value":true},{"set_tweak":"highlight","value":false}]"#, false,
                #"{"highlight":false}"#
            ),
        ] as [(String, Bool, String?)])
    func actionsAreRead(source: String, notify: Bool, tweaks: String?) throws {
        let actions = try PushActions(json(source))
        #expect(actions.notify == notify)
        #expect(text(actions.tweaks) == tweaks)
        #expect(text(actions.source) == source)
    }

    @Test(arguments: [
        ("true", true), ("false", false), ("null", false), ("1", true), ("0", false), ("-0.0", false), ("0e5", false),
        ("0.01", true), (#""""#, false), (#""no""#, true), ("[]", false), ("[0]", true), ("{}", false),
        (#"{"a":0}"#, true),
    ])
    func tweaksAreTruthyAsHomeserversReadThem(value: String, expected: Bool) throws {
        let highlight = try PushActions(json(#"["notify",{"set_tweak":"highlight","value":\#(value)}]"#))
        #expect(highlight.highlight == expected)
        #expect(!highlight.sounds)
        let sound = try PushActions(json(#"["notify",{"set_tweak":"sound","value":\#(value)}]"#))
        #expect(sound.sounds == expected)
        #expect(!sound.highlight)
    }

    @Test(arguments: ["{}", #""notify""#, "null", "1"])
    func anythingButAnArrayIsRefused(source: String) throws {
        let value = try json(source)
        #expect(throws: PushRulesError(.malformed, "actions is not an array")) { try PushActions(value) }
    }

    @Test func listsAreLimited() throws {
        var limits = PushRuleLimits()
        limits.actions = 2
        let three = try json(#"["notify","a","b"]"#)
        #expect(throws: PushRulesError(.tooLarge, "more than 2 actions")) { try PushActions(three, limits: limits) }
        limits.actions = 3
        #expect(try PushActions(three, limits: limits).notify)
        limits.actionBytes = 16
        #expect(throws: PushRulesError(.tooLarge, "actions of more than 16 bytes")) {
            try PushActions(three, limits: limits)
        }
    }

    @Test func givenActionsMakeAVerdict() throws {
        let verdict = try Verdict(given: PushActions(json(#"["notify",{"set_tweak":"sound","value":"x"}]"#)))
        #expect(verdict.notify)
        #expect(!verdict.highlight)
        #expect(text(verdict.tweaks) == #"{"sound":"x"}"#)
        #expect(verdict.rule == nil)
    }

    @Test(arguments: [
        ("m.room.message", "[]", false), ("m.room.encrypted", "[]", true), ("m.room.encrypted", #"["notify"]"#, true),
        ("m.room.message", #"["notify"]"#, false), ("m.room.message", #"["notify",{"set_tweak":"highlight"}]"#, true),
        ("m.room.message", #"["notify",{"set_tweak":"sound","value":"x"}]"#, true),
        (
            "m.room.message", #"["notify",{"set_tweak":"sound","value":""},{"set_tweak":"highlight","value":false}]"#,
            false
        ),
    ])
    func prioIsHighForEncryptedEventsAndTruthyTweaks(type: String, actions: String, expected: Bool) throws {
        let event = try PushEvent(event: json(#"{"type":"\#(type)"}"#))
        #expect(try Verdict(given: PushActions(json(actions))).isHighPriority(for: event) == expected)
    }
}
