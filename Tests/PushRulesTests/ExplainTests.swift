import PushJSON
import PushRules
import Testing

@Suite struct ExplainTests {
    private func answer(_ line: String, defaults: DefaultRules = DefaultRules()) throws -> JSONValue {
        try JSONDocument(parsing: ExplainRequest.answer(line: Array(line.utf8), defaults: defaults)).root
    }

    private func request(_ event: String, _ more: String = "") -> String {
        #"{"event":\#(event),"user_id":"@bob:example.org"\#(more)}"#
    }

    private func trace(_ answer: JSONValue) throws -> [(id: String?, result: String, condition: JSONValue?)] {
        try #require(answer["trace"]?.elements).map { entry in
            (entry["rule_id"]?.string, entry["result"]?.string ?? "", entry["condition"])
        }
    }

    @Test func aMatchIsExplainedWithTheWayToIt() throws {
        let line = ExplainRequest.answer(line: Array(request(message("secret"), #","room":{"member_count":3}"#).utf8))
        let expected =
            #"{"v":1,"notify":true,"highlight":false,"actions":["notify"],"tweaks":{},"#
            + #""rule":{"kind":"underride","rule_id":".m.rule.message"},"trace":[{"kind":"override","rule_id":".m.rule.master","result":"disabled"},"#
            + #"{"kind":"override","rule_id":".m.rule.suppress_notices","result":"condition failed","condition":{"index":0,"kind":"event_match","reason":"the property does not match the pattern"}},"#
        #expect(String(decoding: line, as: UTF8.self).hasPrefix(expected))
        let trace = try trace(JSONDocument(parsing: line).root)
        let order = PushRuleset().rules(.override).map(\.ruleID) + PushRuleset().rules(.underride).map(\.ruleID)
        #expect(trace.map(\.id) == order.dropLast())
        #expect(trace.last?.result == "matched")
        #expect(trace.dropFirst().dropLast().allSatisfy { $0.result == "condition failed" })
        #expect(!String(decoding: line, as: UTF8.self).contains("secret"))
    }

    @Test func tweaksAndHighlightAreShown() throws {
        let event = #"{"type":"m.room.message","content":{"m.mentions":{"user_ids":["@bob:example.org"]}}}"#
        let answer = try answer(request(event))
        #expect(answer["highlight"]?.bool == true)
        #expect(text(answer["tweaks"].map { Array($0.sourceBytes) }) == #"{"sound":"default","highlight":true}"#)
        #expect(answer["actions"]?.count == 3)
        #expect(answer["rule"]?["kind"]?.isString("override") == true)
    }

    @Test func noMatchHasNoRule() throws {
        let answer = try answer(request(#"{"type":"org.example","sender":"@alice:example.org"}"#))
        #expect(answer["notify"]?.bool == false)
        #expect(answer["rule"]?.isNull == true)
        #expect(answer["actions"]?.kind == .array)
        #expect(answer["actions"]?.count == 0)
        #expect(answer["tweaks"]?.count == 0)
        #expect(try trace(answer).count == 15)
    }

    @Test func ownEventsSaySo() throws {
        let answer = try answer(request(#"{"type":"m.room.message","sender":"@bob:example.org"}"#))
        #expect(answer["notify"]?.bool == false)
        #expect(answer["rule"]?.isNull == true)
        let trace = try trace(answer)
        #expect(trace.count == 1)
        #expect(trace[0].id == nil)
        #expect(trace[0].result == "own event: its sender is not notified")
    }

    @Test func legacyActionsAreEchoedAndIgnored() throws {
        let ruleset = #"{"global":{"override":[{"rule_id":"x","actions":["dont_notify","coalesce"]}]}}"#
        let answer = try answer(request(message("x"), #","ruleset":\#(ruleset)"#))
        #expect(answer["notify"]?.bool == false)
        #expect(text(answer["actions"].map { Array($0.sourceBytes) }) == #"["dont_notify","coalesce"]"#)
        #expect(answer["rule"]?["rule_id"]?.isString("x") == true)
    }

    @Test(
        arguments: [
            (
                #"{"kind":"event_match","key":"content.absent","pattern":"*"}"#, "event_match",
                "the event has no such property"
            ),
            (
                #"{"kind":"event_match","key":"content.list","pattern":"*"}"#, "event_match",
                "the property is not a string"
            ),
            (
                #"{"kind":"event_match","key":"type","pattern":"x*"}"#, "event_match",
                "the property does not match the pattern"
            ),
            (
                #"{"kind":"event_match","key":"content.body","pattern":"bod"}"#, "event_match",
                "the body does not have the pattern between word boundaries"
            ),
            (#"{"kind":"event_match","key":"type"}"#, "event_match", "no pattern, or not a string"),
            (#"{"kind":"event_match","pattern":"x"}"#, "event_match", "no key, or not a string"),
            (
                #"{"kind":"event_property_is","key":"content.absent","value":1}"#, "event_property_is",
                "the event has no such property"
            ),
            (
                #"{"kind":"event_property_is","key":"content.list","value":1}"#, "event_property_is",
                "the property has another value"
            ),
            (
                #"{"kind":"event_property_is","key":"type","value":[]}"#, "event_property_is",
                "no value, or not a string, integer, boolean or null"
            ),
            (
                #"{"kind":"event_property_contains","key":"type","value":1}"#, "event_property_contains",
                "the property is not an array"
            ),
            (
                #"{"kind":"event_property_contains","key":"content.list","value":2}"#, "event_property_contains",
                "the array does not have the value"
            ),
            (
                #"{"kind":"contains_display_name"}"#, "contains_display_name",
                "the body does not have the recipient's display name"
            ),
            (#"{"kind":"room_member_count","is":"3"}"#, "room_member_count", "the number of members is another"),
            (#"{"kind":"room_member_count","is":"x"}"#, "room_member_count", "no is, or not a comparison"),
            (
                #"{"kind":"sender_notification_permission","key":"room"}"#, "sender_notification_permission",
                "the sender's power level is too low"
            ),
            (#"{"kind":"org.new"}"#, "org.new", "unknown kind of condition"), (#"{}"#, nil, "no kind, or not a string"),
            ("7", nil, "the condition is not an object"),
        ] as [(String, String?, String)])
    func aFailedConditionIsNamedWithItsReason(condition: String, kind: String?, reason: String) throws {
        let event = #"{"type":"t","sender":"@alice:example.org","content":{"list":[1],"body":"body"}}"#
        let ruleset = override(#"{"kind":"event_match","key":"type","pattern":"t"},"# + condition)
        let more = #","display_name":"Bob","room":{"member_count":2},"ruleset":\#(ruleset)"#
        let entry = try #require(trace(answer(request(event, more))).first { $0.id == "test" })
        #expect(entry.result == "condition failed")
        #expect(entry.condition?["index"]?.integer == 1)
        #expect(entry.condition?["kind"]?.string == kind)
        #expect(entry.condition?["reason"]?.string == reason)
    }

    @Test func whatIsNotKnownIsSaid() throws {
        let ruleset = override(#"{"kind":"contains_display_name"}"#)
        let name = try #require(
            trace(answer(request(message("x"), #","ruleset":\#(ruleset)"#))).first { $0.id == "test" })
        #expect(name.condition?["reason"]?.string == "the recipient has no display name")
        let count = try #require(trace(answer(request(message("x")))).first { $0.id == ".m.rule.room_one_to_one" })
        #expect(count.condition?["reason"]?.string == "the number of members is not known")
    }

    @Test func tooMuchWorkIsSaid() throws {
        let slow = String(repeating: "?", count: 500) + "é"
        let rules = (0..<100).map { #"{"rule_id":"slow\#($0)","actions":["notify"],"pattern":"\#(slow)"}"# }
        let ruleset = #"{"global":{"content":[\#(rules.joined(separator: ","))]}}"#
        let event = message(String(repeating: "a ", count: 2000))
        let trace = try trace(answer(request(event, #","ruleset":\#(ruleset)"#)))
        let reasons = trace.filter { $0.id?.hasPrefix("slow") == true }.map { $0.condition?["reason"]?.string }
        #expect(reasons.first == "the body does not have the pattern between word boundaries")
        #expect(reasons.last == "the rules' patterns took too much work")
    }

    @Test func contentRoomAndSenderRulesNameWhatTheyCompare() throws {
        let ruleset =
            #"{"global":{"content":[{"rule_id":"c","pattern":"y","actions":[]}],"room":[{"rule_id":"!x","actions":[]}],"sender":[{"rule_id":"@x","actions":[]}]}}"#
        let trace = try trace(answer(request(message("x"), #","ruleset":\#(ruleset)"#)))
        for (id, kind) in [("c", "pattern"), ("!x", "room_id"), ("@x", "sender")] {
            #expect(trace.first { $0.id == id }?.condition?["kind"]?.string == kind)
        }
    }

    @Test func legacyRulesSayWhyTheyAreSkipped() throws {
        let defaults = DefaultRules(legacyMentions: true)
        let skipped = try trace(answer(request(#"{"type":"t","content":{"m.mentions":{}}}"#), defaults: defaults))
        #expect(skipped.filter { $0.result == "skipped: the event has m.mentions" }.count == 3)
        let failed = try trace(answer(request(#"{"type":"t","content":{"body":"x"}}"#), defaults: defaults))
        let roomnotif = try #require(failed.first { $0.id == ".m.rule.roomnotif" })
        #expect(roomnotif.condition?["index"]?.integer == 0)
        #expect(roomnotif.condition?["kind"]?.string == "event_match")
        let user = try #require(failed.first { $0.id == ".m.rule.contains_user_name" })
        #expect(user.condition?["reason"]?.string == "the body does not have the recipient's user name")
    }

    @Test func theExplanationComesToWhatTheEvaluatorComesTo() throws {
        let conditions = [
            #"{"kind":"event_match","key":"type","pattern":"m.*"}"#, #"{"kind":"room_member_count","is":">2"}"#,
            #"{"kind":"event_match","key":"content.body","pattern":"c?ke"}"#, #"{"kind":"unknown"}"#, "",
        ]
        for condition in conditions {
            for body in ["cake", "pie"] {
                let room = #"{"member_count":3}"#
                let more = #","room":\#(room),"ruleset":\#(override(condition))"#
                let explained = try answer(request(message(body), more))["rule"]?["rule_id"]?.string
                #expect(try explained == rule(message(body), ruleset: override(condition), room: room))
            }
        }
    }

    @Test(arguments: [
        ("", "M_BAD_JSON"), ("nonsense", "M_BAD_JSON"), ("[]", "M_BAD_JSON"), ("{}", "M_MISSING_PARAM"),
        (#"{"event":{}}"#, "M_MISSING_PARAM"), (#"{"user_id":"@b:x"}"#, "M_MISSING_PARAM"),
        (#"{"event":null,"user_id":"@b:x"}"#, "M_MISSING_PARAM"), (#"{"event":5,"user_id":"@b:x"}"#, "M_BAD_JSON"),
        (#"{"event":{},"user_id":5}"#, "M_BAD_JSON"), (#"{"event":{},"user_id":""}"#, "M_BAD_JSON"),
        (#"{"event":{},"user_id":"@b:x","display_name":1}"#, "M_BAD_JSON"),
        (#"{"event":{},"user_id":"@b:x","room":[]}"#, "M_BAD_JSON"),
        (#"{"event":{},"user_id":"@b:x","ruleset":{"global":{"room":[{}]}}}"#, "M_BAD_JSON"),
        (#"{"event":{},"user_id":"@b:x","ruleset":[]}"#, "M_BAD_JSON"),
    ])
    func malformedLinesGetAnErrorAnswer(line: String, errcode: String) throws {
        let answer = try answer(line)
        #expect(answer["v"]?.integer == 1)
        #expect(answer["errcode"]?.string == errcode)
        #expect(answer["error"]?.string?.isEmpty == false)
        #expect(answer.count == 3)
    }

    @Test func nullsCountAsAbsent() throws {
        let answer = try answer(request(message("x"), #","display_name":null,"room":null,"ruleset":null,"other":1"#))
        #expect(answer["rule"]?["rule_id"]?.string == ".m.rule.message")
    }
}
