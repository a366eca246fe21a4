import PushJSON
import PushRules
import Testing

@Suite struct DefaultRulesTests {
    private static let overrides = [
        ".m.rule.master", ".m.rule.suppress_notices", ".m.rule.invite_for_me", ".m.rule.member_event",
        ".m.rule.is_user_mention", ".m.rule.is_room_mention", ".m.rule.tombstone", ".m.rule.reaction",
        ".m.rule.room.server_acl", ".m.rule.suppress_edits",
    ]
    private static let underrides = [
        ".m.rule.call", ".m.rule.encrypted_room_one_to_one", ".m.rule.room_one_to_one", ".m.rule.message",
        ".m.rule.encrypted",
    ]

    @Test func theyAreThoseOfTheSpecificationInItsOrder() {
        let defaults = DefaultRules()
        #expect(defaults.rules(.override).map(\.ruleID) == Self.overrides)
        #expect(defaults.rules(.underride).map(\.ruleID) == Self.underrides)
        for kind in [PushRuleKind.content, .room, .sender] { #expect(defaults.rules(kind).isEmpty) }
        for kind in PushRuleKind.allCases {
            #expect(defaults.rules(kind).allSatisfy { $0.isDefault && $0.isEnabled == ($0.ruleID != ".m.rule.master") })
        }
    }

    @Test func legacyRulesStandWhereTheyStoodBeforeVersion117() {
        let defaults = DefaultRules(legacyMentions: true)
        #expect(
            defaults.rules(.override).map(\.ruleID).dropFirst(4).prefix(5) == [
                ".m.rule.is_user_mention", ".m.rule.contains_display_name", ".m.rule.is_room_mention",
                ".m.rule.roomnotif", ".m.rule.tombstone",
            ])
        #expect(defaults.rules(.content).map(\.ruleID) == [".m.rule.contains_user_name"])
        #expect(defaults.rules(.override).count == 12)
    }

    private static let two = #"{"member_count":2}"#
    private static let three = #"{"member_count":3}"#
    private static let power = #"{"member_count":3,"power_levels":{"users":{"@a:x":50}}}"#

    @Test(
        arguments: [
            (
                #"{"type":"m.room.message","content":{"msgtype":"m.notice","body":"x"}}"#, three,
                ".m.rule.suppress_notices", ""
            ),
            (
                #"{"type":"m.room.message","content":{"msgtype":"m.text","body":"x"}}"#, three, ".m.rule.message",
                "notify"
            ),
            (#"{"type":"m.room.message","content":{"msgtype":"m.text","body":"x"}}"#, nil, ".m.rule.message", "notify"),
            (
                #"{"type":"m.room.message","content":{"msgtype":"m.text","body":"x"}}"#, two, ".m.rule.room_one_to_one",
                "notify sound"
            ),
            (
                #"{"type":"m.room.member","state_key":"@bob:example.org","content":{"membership":"invite"}}"#, two,
                ".m.rule.invite_for_me", "notify sound"
            ),
            (
                #"{"type":"m.room.member","state_key":"@carol:example.org","content":{"membership":"invite"}}"#, two,
                ".m.rule.member_event", ""
            ),
            (
                #"{"type":"m.room.member","state_key":"@bob:example.org","content":{"membership":"join"}}"#, two,
                ".m.rule.member_event", ""
            ),
            (#"{"type":"m.room.member","content":{"membership":"invite"}}"#, two, ".m.rule.member_event", ""),
            (
                #"{"type":"m.room.message","content":{"m.mentions":{"user_ids":["@c:x","@bob:example.org"]}}}"#, two,
                ".m.rule.is_user_mention", "notify sound highlight"
            ),
            (
                #"{"type":"org.example","content":{"m.mentions":{"user_ids":["@bob:example.org"]}}}"#, three,
                ".m.rule.is_user_mention", "notify sound highlight"
            ),
            (
                #"{"type":"org.example","content":{"m.mentions":{"user_ids":["@Bob:example.org","@bob:example.or"]}}}"#,
                three, nil, ""
            ),
            (#"{"type":"org.example","content":{"m.mentions":{"user_ids":"@bob:example.org"}}}"#, three, nil, ""),
            (
                #"{"type":"m.room.message","sender":"@a:x","content":{"m.mentions":{"room":true}}}"#, power,
                ".m.rule.is_room_mention", "notify highlight"
            ),
            (
                #"{"type":"m.room.message","sender":"@b:x","content":{"m.mentions":{"room":true}}}"#, power,
                ".m.rule.message", "notify"
            ),
            (
                #"{"type":"m.room.message","sender":"@a:x","content":{"m.mentions":{"room":"true"}}}"#, power,
                ".m.rule.message", "notify"
            ),
            (
                #"{"type":"m.room.message","sender":"@a:x","content":{"m.mentions":{"room":1}}}"#, power,
                ".m.rule.message", "notify"
            ),
            (#"{"type":"m.room.tombstone","state_key":"","content":{}}"#, two, ".m.rule.tombstone", "notify highlight"),
            (#"{"type":"m.room.tombstone","state_key":"x","content":{}}"#, two, nil, ""),
            (#"{"type":"m.room.tombstone","content":{}}"#, two, nil, ""),
            (#"{"type":"m.reaction","content":{}}"#, two, ".m.rule.reaction", ""),
            (#"{"type":"m.room.server_acl","state_key":"","content":{}}"#, two, ".m.rule.room.server_acl", ""),
            (#"{"type":"m.room.server_acl","content":{}}"#, two, nil, ""),
            (
                #"{"type":"m.room.message","content":{"m.relates_to":{"rel_type":"m.replace"}}}"#, two,
                ".m.rule.suppress_edits", ""
            ),
            (
                #"{"type":"m.room.message","content":{"m.relates_to":{"rel_type":"m.thread"}}}"#, three,
                ".m.rule.message", "notify"
            ),
            (
                #"{"type":"m.room.message","content":{"m.relates_to.rel_type":"m.replace"}}"#, three, ".m.rule.message",
                "notify"
            ),
            (#"{"type":"m.call.invite","content":{}}"#, two, ".m.rule.call", "notify sound"),
            (#"{"type":"m.call.answer","content":{}}"#, two, nil, ""),
            (#"{"type":"m.room.encrypted","content":{}}"#, two, ".m.rule.encrypted_room_one_to_one", "notify sound"),
            (#"{"type":"m.room.encrypted","content":{}}"#, three, ".m.rule.encrypted", "notify"),
            (#"{"type":"m.room.topic","state_key":"","content":{}}"#, two, nil, ""),
            ("{}", two, nil, ""), (#"{"type":5,"content":7,"sender":[]}"#, two, nil, ""),
        ] as [(String, String?, String?, String)])
    func eachRuleMatchesWhatItIsFor(event: String, room: String?, expected: String?, effect: String) throws {
        let verdict = try verdict(event, room: room)
        #expect(verdict.rule?.ruleID == expected)
        #expect(verdict.notify == effect.contains("notify"))
        #expect(verdict.highlight == effect.contains("highlight"))
        #expect((verdict.actions?.sounds ?? false) == effect.contains("sound"))
    }

    @Test func aMentionInAnEditStillNotifies() throws {
        let event =
            #"{"type":"m.room.message","content":{"m.mentions":{"user_ids":["@bob:example.org"]},"m.relates_to":{"rel_type":"m.replace"}}}"#
        #expect(try rule(event) == ".m.rule.is_user_mention")
    }

    @Test func anInviteIsMatchedAsAnyPatternIs() throws {
        let event = #"{"type":"m.room.member","state_key":"@BOB:example.org","content":{"membership":"Invite"}}"#
        #expect(try rule(event) == ".m.rule.invite_for_me")
        #expect(try rule(event, recipient: "@b?b:example.org") == ".m.rule.member_event")
    }

    @Test func callsRing() throws {
        #expect(try text(verdict(#"{"type":"m.call.invite"}"#).tweaks) == #"{"sound":"ring"}"#)
        #expect(try text(verdict(message("x"), room: Self.two).tweaks) == #"{"sound":"default"}"#)
        #expect(try verdict(message("x")).tweaks == nil)
    }

    @Test func theyAreWrittenAsTheSpecificationDefinesThem() throws {
        var writer = JSONWriter()
        DefaultRules().rules(.override)[2].write(to: &writer, userID: bob)
        #expect(
            text(writer.bytes) == #"{"rule_id":".m.rule.invite_for_me","default":true,"enabled":true,"conditions":["#
                + #"{"kind":"event_match","key":"type","pattern":"m.room.member"},"#
                + #"{"kind":"event_match","key":"content.membership","pattern":"invite"},"#
                + #"{"kind":"event_match","key":"state_key","pattern":"@bob:example.org"}],"#
                + #""actions":["notify",{"set_tweak":"sound","value":"default"}]}"#)
        var all = JSONWriter()
        PushRuleset().write(to: &all, userID: bob, defaults: DefaultRules(legacyMentions: true))
        let written = String(decoding: all.bytes, as: UTF8.self)
        for part in [
            #"{"global":{"override":[{"rule_id":".m.rule.master","default":true,"enabled":false,"conditions":[],"actions":[]}"#,
            #"{"kind":"event_property_contains","key":"content.m\\.mentions.user_ids","value":"@bob:example.org"}"#,
            #"{"kind":"event_property_is","key":"content.m\\.mentions.room","value":true},{"kind":"sender_notification_permission","key":"room"}"#,
            #"{"kind":"event_property_is","key":"content.m\\.relates_to.rel_type","value":"m.replace"}"#,
            #"{"kind":"room_member_count","is":"2"},{"kind":"event_match","key":"type","pattern":"m.room.encrypted"}"#,
            #"{"kind":"contains_display_name"}"#, #""pattern":"bob""#,
            #""actions":["notify",{"set_tweak":"sound","value":"default"},{"set_tweak":"highlight"}]"#,
        ] {
            #expect(written.contains(part))
        }
    }

    @Test func theirWrittenConditionsMeanWhatTheyDo() throws {
        // Every default rule copied as a user's own rule decides in its place.
        let events = [
            #"{"type":"m.room.message","content":{"msgtype":"m.notice"}}"#, #"{"type":"m.room.encrypted"}"#,
            #"{"type":"m.room.member","state_key":"@bob:example.org","content":{"membership":"invite"}}"#,
            #"{"type":"m.room.member","state_key":"@carol:example.org"}"#,
            #"{"type":"m.room.tombstone","state_key":""}"#,
            #"{"type":"x","content":{"m.mentions":{"user_ids":["@bob:example.org"]}}}"#,
            #"{"type":"x","sender":"@a:x","content":{"m.mentions":{"room":true}}}"#,
            #"{"type":"m.reaction"}"#, #"{"type":"m.room.server_acl","state_key":""}"#,
            #"{"type":"x","content":{"m.relates_to":{"rel_type":"m.replace"}}}"#, #"{"type":"m.call.invite"}"#,
            #"{"type":"m.room.message"}"#,
        ]
        var copied: Set<String> = []
        for event in events {
            let rule = try #require(verdict(event, room: Self.power).rule)
            copied.insert(rule.ruleID)
            var writer = JSONWriter()
            try #require(DefaultRules().rules(rule.kind).first { $0.ruleID == rule.ruleID }).write(
                to: &writer, userID: bob)
            let written = String(decoding: writer.bytes, as: UTF8.self)
            let copy = try #require(written.range(of: rule.ruleID).map { written.replacingCharacters(in: $0) })
            let ruleset = #"{"global":{"override":[\#(copy)]}}"#
            #expect(try matches(ruleset, event, room: Self.power))
            #expect(try !matches(ruleset, #"{"type":"other","content":{}}"#, room: Self.power))
        }
        #expect(copied.count == 12)
    }
}

extension String {
    /// The first place of another string.
    fileprivate func range(of other: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(other) { return start..<index(start, offsetBy: other.count) }
            start = index(after: start)
        }
        return nil
    }

    fileprivate func replacingCharacters(in range: Range<String.Index>) -> String {
        self[..<range.lowerBound] + "test" + self[range.upperBound...]
    }
}
