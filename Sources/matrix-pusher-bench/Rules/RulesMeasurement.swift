import PushJSON
import PushRules

/// What evaluating push rules costs, measured in rounds.
struct RulesMeasurement {
    let rounds: Int
    /// Of the event in the large runs.
    let recipients: Int
    /// How often a single event is evaluated in a round.
    var repetitions = 20_000

    var title: String { "\(NumberText.short(Double(recipients))) recipients" }

    func figures() throws -> [RoundSet] {
        let users = (0..<recipients).map { "@user\($0):example.org" }
        let short = Self.short
        let long = Self.message((0..<10_000).map { "word\($0)" }.joined(separator: " "))
        let cyrillic = Self.message(
            String(repeating: "съешь ещё этих мягких французских булок да выпей чаю ", count: 4))
        let defaults = CompiledRuleset.defaults()
        let fifty = try ruleset(50, user: 0) { "keyword\($0)x" }
        let fifties = try users.indices.map { try ruleset(50, user: $0) { "keyword\($0)x" } }
        let stored = try content(50, user: 0) { "keyword\($0)x" }.storedContent
        let twenty = try users.indices.map { try ruleset(20, user: $0) { "keyword\($0)x" } }
        let words = try users.indices.map { try ruleset(20, user: $0) { "слово\($0)я" } }
        let globs = try users.indices.map { try ruleset(20, user: $0) { "k*y?word\($0)x" } }
        let timings = try [
            prepare("parse and prepare an event", short),
            one("one recipient, default rules", short, defaults),
            one("one recipient, default rules, event not parsed", short, defaults, parsing: true),
            one("one recipient, 50 keyword rules", short, fifty),
            reading("read the stored ruleset of 50 rules, compile it", stored) { ruleset, _ in
                precondition(CompiledRuleset.compiling(ruleset).memorySize > 0)
            },
            reading("read the stored ruleset of 50 rules, write it out whole", stored) { ruleset, writer in
                ruleset.write(to: &writer, userID: users[0])
            },
            many("all recipients, default rules", short, users, [defaults]),
            many("all recipients, 20 keyword rules each", short, users, twenty),
            many("all recipients, 50 keyword rules each", short, users, fifties),
            many("all recipients, 20 keyword rules each, body of 89 kB", long, users, twenty),
            many("all recipients, 20 Cyrillic keyword rules each", cyrillic, users, words),
            many("all recipients, 20 glob rules each", short, users, globs),
        ]
        return timings.flatMap { timing in
            timing.name.contains("recipient") ? [timing, evaluationsASecond(timing)] : [timing]
        }
    }

    /// One recipient, an event that is parsed already, default rules.
    func defaultRules() throws -> RoundSet {
        try one("evaluation, default rules, a recipient", Self.short, CompiledRuleset.defaults())
    }

    private func evaluationsASecond(_ timing: RoundSet) -> RoundSet {
        let inTime = timing.unit == "ms" ? Double(recipients) * 1e3 : 1e9
        return RoundSet("  evaluations a second", unit: "/s", values: timing.values.map { inTime / $0 })
    }

    /// Parsing an event and making it ready for its recipients.
    private func prepare(_ name: String, _ event: [UInt8]) throws -> RoundSet {
        try RoundSet.timing(name, unit: "ns", rounds: rounds, count: repetitions) {
            for _ in 0..<repetitions { _ = try prepared(event) }
        }
    }

    private func one(
        _ name: String, _ event: [UInt8], _ ruleset: CompiledRuleset, parsing: Bool = false
    ) throws -> RoundSet {
        var ready = try prepared(event)
        var notified = 0
        defer { precondition(notified > 0, "nobody was notified") }
        return try RoundSet.timing(name, unit: "ns", rounds: rounds, count: repetitions) {
            for _ in 0..<repetitions {
                if parsing { ready = try prepared(event) }
                if ruleset.evaluate(ready, recipient: "@user1:example.org", displayName: "User").notify {
                    notified += 1
                }
            }
        }
    }

    /// What has to be done with a user's rules when they are needed and not in memory, or asked for.
    private func reading(
        _ name: String, _ stored: [UInt8], _ use: (PushRuleset, inout JSONWriter) -> Void
    ) throws -> RoundSet {
        var writer = JSONWriter()
        let count = max(1, repetitions / 20)
        return try RoundSet.timing(name, unit: "ns", rounds: rounds, count: count) {
            for _ in 0..<count {
                writer.removeAll()
                use(try PushRuleset(stored: JSONDocument(parsing: stored).root), &writer)
            }
        }
    }

    /// One event for every user, each with the next of the rulesets, parsing included.
    private func many(
        _ name: String, _ event: [UInt8], _ users: [String], _ rulesets: [CompiledRuleset]
    ) throws -> RoundSet {
        try RoundSet.timing(name, unit: "ms", rounds: rounds) {
            let ready = try prepared(event)
            var notified = 0
            for (index, user) in users.enumerated() {
                let ruleset = rulesets[rulesets.count == 1 ? 0 : index]
                if ruleset.evaluate(ready, recipient: user, displayName: "User").notify { notified += 1 }
            }
            precondition(notified == users.count, "not everybody was notified")
        }
    }

    private func prepared(_ event: [UInt8]) throws -> PushEvent {
        let room = try JSONDocument(
            parsing: #"{"member_count":10000,"power_levels":{"users":{"@alice:example.org":100}}}"#)
        return try PushEvent(event: JSONDocument(parsing: event).root, room: room.root)
    }

    private static let short = message(
        "Hello everybody, the release party is on Friday at eight, bring your own snacks.")

    private static func message(_ body: String) -> [UInt8] {
        Array(
            (#"{"event_id":"$abcdefghijklmnopqrstuvwxyz","room_id":"!room:example.org","type":"m.room.message","#
                + #""sender":"@alice:example.org","origin_server_ts":1700000000000,"#
                + #""content":{"msgtype":"m.text","body":"\#(body)","m.mentions":{}}}"#).utf8)
    }

    /// A user with content rules, no two users with the same.
    private func ruleset(_ count: Int, user: Int, _ keyword: (Int) -> String) throws -> CompiledRuleset {
        CompiledRuleset.compiling(try content(count, user: user, keyword))
    }

    private func content(_ count: Int, user: Int, _ keyword: (Int) -> String) throws -> PushRuleset {
        let rules = (0..<count).map {
            #"{"rule_id":"rule\#($0)","pattern":"\#(keyword($0))\#(user)","actions":["notify",{"set_tweak":"highlight"}]}"#
        }
        let content = #"{"global":{"content":[\#(rules.joined(separator: ","))]}}"#
        return try PushRuleset(parsing: JSONDocument(parsing: content).root)
    }
}
