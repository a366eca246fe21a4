import PushJSON
import PushRules

/// The recipient of the tests.
let bob = "@bob:example.org"

func json(_ text: String) throws -> JSONValue { try JSONDocument(parsing: text).root }

func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

/// A text message of Alice with this body, which is written as JSON without its quotes.
func message(_ body: String) -> String {
    #"{"type":"m.room.message","sender":"@alice:example.org","room_id":"!r:example.org","#
        + #""content":{"msgtype":"m.text","body":"\#(body)"}}"#
}

/// A ruleset with one override rule that has these conditions and notifies.
func override(_ conditions: String) -> String {
    #"{"global":{"override":[{"rule_id":"test","actions":["notify"],"conditions":[\#(conditions)]}]}}"#
}

/// A ruleset with one content rule.
func keyword(_ pattern: String) -> String {
    #"{"global":{"content":[{"rule_id":"test","actions":["notify"],"pattern":"\#(pattern)"}]}}"#
}

func verdict(
    _ event: String, ruleset: String? = nil, room: String? = nil, displayName: String? = nil, recipient: String = bob,
    defaults: DefaultRules = DefaultRules()
) throws -> Verdict {
    let rules = try ruleset.map { try PushRuleset(parsing: json($0)) } ?? PushRuleset()
    let compiled = CompiledRuleset.compiling(rules, defaults: defaults)
    return try compiled.evaluate(
        PushEvent(event: json(event), room: room.map { try json($0) }), recipient: recipient, displayName: displayName)
}

/// The ID of the rule that decides.
func rule(
    _ event: String, ruleset: String? = nil, room: String? = nil, displayName: String? = nil, recipient: String = bob,
    defaults: DefaultRules = DefaultRules()
) throws -> String? {
    try verdict(
        event, ruleset: ruleset, room: room, displayName: displayName, recipient: recipient, defaults: defaults
    ).rule?.ruleID
}

/// Whether the rule "test" of such a ruleset decides.
func matches(_ ruleset: String, _ event: String, room: String? = nil, displayName: String? = nil) throws -> Bool {
    try rule(event, ruleset: ruleset, room: room, displayName: displayName) == "test"
}

/// Random numbers that are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
