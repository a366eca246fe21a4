internal import ArgumentParser
internal import MatrixPusher
internal import PusherService

struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say which push rule an event matches, and why the earlier ones do not.",
        discussion: """
            Reads one JSON object per line from standard input and answers each with one line of JSON; needs no running sidecar.

            {"event": {…}, "user_id": "@bob:example.org", "display_name": "Bob", "room": {"member_count": 2}, "ruleset": {…}}

            Without a ruleset the server's default rules are taken.
            """
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let configuration = try common.configuration()
        let legacyMentionRules = configuration.pusher.push.legacyMentionRules
        var lines = LineReader(longestLine: configuration.socket.maxBody)
        while let batch = try lines.next() {
            var answers: [UInt8] = []
            for line in batch {
                answers +=
                    line.map { PushRuleExplanation.answer($0, legacyMentionRules: legacyMentionRules) } ?? Self.tooLong
                answers.append(0x0A)
            }
            try Output.write(answers)
        }
    }

    private static let tooLong = Array(#"{"v":1,"errcode":"M_TOO_LARGE","error":"the line is too long"}"#.utf8)
}
