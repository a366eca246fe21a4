import PushRules
import Testing

@Suite struct LegacyMentionTests {
    private static let power = #"{"member_count":3,"power_levels":{"users":{"@alice:example.org":50}}}"#

    private func legacyRule(_ event: String, name: String? = "Bobby Tables", room: String? = power) throws -> String? {
        try rule(event, room: room, displayName: name, defaults: DefaultRules(legacyMentions: true))
    }

    private func with(mentions: String, _ body: String) -> String {
        #"{"type":"m.room.message","sender":"@alice:example.org","content":{"body":"\#(body)","m.mentions":\#(mentions)}}"#
    }

    @Test(arguments: [
        ("hi bobby tables!", ".m.rule.contains_display_name"), ("hi bobby", ".m.rule.message"),
        ("hi @room", ".m.rule.roomnotif"), ("hi @ROOM!", ".m.rule.roomnotif"), ("hi room", ".m.rule.message"),
        ("hi bob", ".m.rule.contains_user_name"), ("hi BOB:", ".m.rule.contains_user_name"),
        ("hi bobs", ".m.rule.message"),
        ("hi @bob:example.org", ".m.rule.contains_user_name"),
    ])
    func theyMatchWhatTheyUsedTo(body: String, expected: String) throws {
        #expect(try legacyRule(message(body)) == expected)
        #expect(try rule(message(body), room: Self.power, displayName: "Bobby Tables") == ".m.rule.message")
    }

    @Test(arguments: ["{}", #"{"user_ids":[]}"#, "null", "5"])
    func theyArePassedOverWhenTheEventHasMentions(mentions: String) throws {
        for body in ["hi bobby tables", "hi @room", "hi bob"] {
            #expect(try legacyRule(with(mentions: mentions, body)) == ".m.rule.message")
        }
    }

    @Test func roomNotificationsNeedThePower() throws {
        #expect(try legacyRule(message("@room"), room: "{}") == ".m.rule.message")
    }

    @Test func oddUserIDsHaveNoLocalpartToFind() throws {
        let defaults = DefaultRules(legacyMentions: true)
        for user in ["@:example.org", "@", "x"] {
            #expect(try rule(message("@ : x"), recipient: user, defaults: defaults) == ".m.rule.message")
        }
        // Characters of a pattern stand for themselves.
        #expect(try rule(message("bob"), recipient: "@b*b:example.org", defaults: defaults) == ".m.rule.message")
        #expect(
            try rule(message("b*b"), recipient: "@b*b:example.org", defaults: defaults) == ".m.rule.contains_user_name")
    }

    @Test func aUsersChangeOfThemIsKeptWhileTheyAreOff() throws {
        let content =
            #"{"global":{"content":[{"rule_id":".m.rule.contains_user_name","default":true,"enabled":false,"pattern":"bob","actions":["notify"]}]}}"#
        let ruleset = try PushRuleset(parsing: json(content))
        #expect(ruleset.rules(.content).isEmpty)
        let rule = try #require(ruleset.rules(.content, defaults: DefaultRules(legacyMentions: true)).first)
        #expect(!rule.isEnabled)
        #expect(text(rule.actions.source) == #"["notify"]"#)
        let legacy = DefaultRules(legacyMentions: true)
        #expect(try PushRulesTests.rule(message("bob"), ruleset: content, defaults: legacy) == ".m.rule.message")
    }
}
