import PushJSON
import SidecarHarness
import Testing

extension EndToEndTests {
    /// Commands that need no running sidecar, and the screens of those that do.
    @Suite struct Commands {
        @Test func explainAnswersLineByLine() async throws {
            try await Bench.run(start: false) { bench in
                let event =
                    #"{"event_id":"$1","room_id":"!r:hs","type":"m.room.message","sender":"@alice:hs","content":"#
                let lines = [
                    #"{"event":\#(event){"msgtype":"m.text","body":"hi"}},"user_id":"@bob:hs","room":{"member_count":2}}"#,
                    "{ not JSON",
                    #"{"event":\#(event){"msgtype":"m.notice","body":"hi"}},"user_id":"@bob:hs"}"#,
                    "[]",
                    #"{"event":\#(event){"msgtype":"m.text","body":"hi"}},"user_id":"@bob:hs","room":{"member_count":9}}"#,
                ]
                let result = try await bench.sidecar.run(["explain"], input: lines.joined(separator: "\n") + "\n")
                #expect(result.exit == .code(0), "\(result.errors)")
                let answers = try result.output.split(separator: "\n").map {
                    try JSONDocument(parsing: String($0)).root
                }
                try #require(answers.count == 5, "\(result.output)")
                #expect(answers.allSatisfy { $0["v"]?.integer == 1 })
                #expect(answers[0]["notify"]?.bool == true)
                #expect(answers[0]["rule"]?["rule_id"]?.string == ".m.rule.room_one_to_one")
                #expect(answers[0]["tweaks"]?["sound"]?.string == "default")
                #expect(answers[0]["trace"]?.count ?? 0 > 5)
                #expect(answers[1]["errcode"]?.string == "M_NOT_JSON" || answers[1]["errcode"]?.string == "M_BAD_JSON")
                #expect(answers[2]["notify"]?.bool == false)
                #expect(answers[2]["rule"]?["rule_id"]?.string == ".m.rule.suppress_notices")
                #expect(answers[3]["errcode"]?.string == "M_BAD_JSON")
                #expect(answers[4]["rule"]?["rule_id"]?.string == ".m.rule.message")
            }
        }

        @Test(arguments: [
            ("retry: {initail: 1s}", "retry.initail"),
            ("nonsense: 1", "nonsense"),
            ("retry: {initial: soon}", "retry.initial"),
            ("delivery: {max_in_flight: -1}", "delivery.max_in_flight"),
            ("network: {ip_range_allowlist: [\"300.0.0.0/8\"]}", "network.ip_range_allowlist"),
            ("push: {event_id_only: perhaps}", "push.event_id_only"),
        ])
        func checkConfigNamesTheKeyThatIsWrong(configuration: String, key: String) async throws {
            try await Bench.run(configuration, start: false) { bench in
                let path = bench.sidecar.configurationPath
                let checked = try await bench.sidecar.run(["check-config", "--config", path])
                #expect(checked.exit == .code(1), "\(checked.output)\(checked.errors)")
                #expect(checked.errors.contains(key), "\(checked.errors)")
                let served = try await bench.sidecar.run(["serve", "--config", path])
                #expect(served.exit == .code(1))
                #expect(served.errors.contains(key), "\(served.errors)")
            }
        }

        @Test func checkConfigPrintsWhatIsInForceWithLaterSourcesFirst() async throws {
            let configuration = "retry: {initial: 5s, max: 2h}\nnetwork: {proxy: \"http://me:secret@127.0.0.1:3128\"}"
            try await Bench.run(configuration, start: false) { bench in
                let result = try await bench.sidecar.run(
                    ["check-config", "--config", bench.sidecar.configurationPath, "--database", "/somewhere/else.db"],
                    environment: ["MATRIX_PUSHER_RETRY_INITIAL": "7s", "MATRIX_PUSHER_DATABASE": "/nowhere.db"])
                #expect(result.exit == .code(0), "\(result.errors)")
                #expect(result.output.contains("initial: 7s"), "\(result.output)")
                #expect(result.output.contains("max: 2h"))
                #expect(result.output.contains("/somewhere/else.db"))
                #expect(!result.output.contains("/nowhere.db"))
                #expect(result.output.contains("give_up_after: 24h") || result.output.contains("give_up_after: 1d"))
                #expect(!result.output.contains("secret"))
            }
        }

        @Test func migrateShowsBeforeItActs() async throws {
            try await Bench.run(start: false) { bench in
                let database = ["--database", bench.sidecar.databasePath]
                let dry = try await bench.sidecar.run(["migrate", "--dry-run"] + database)
                #expect(dry.exit == .code(0), "\(dry.errors)")
                #expect(dry.output.uppercased().contains("CREATE TABLE"))
                #expect(try await bench.sidecar.run(["migrate", "--status"] + database).exit == .code(0))
                #expect(bench.sidecar.folder.read("queue.db").isEmpty)
                #expect(try await bench.sidecar.run(["migrate"] + database).exit == .code(0))
                #expect(!bench.sidecar.folder.read("queue.db").isEmpty)
                let again = try await bench.sidecar.run(["migrate", "--dry-run"] + database)
                #expect(!again.output.uppercased().contains("CREATE TABLE"))
            }
        }

        @Test func aFileThatIsNoDatabaseIsRefusedAndLeftAsItIs() async throws {
            try await Bench.run(start: false) { bench in
                let text = String(repeating: "This is a letter, not a database.\n", count: 100)
                try bench.sidecar.folder.write(text, to: "queue.db")
                let served = try await bench.sidecar.run(
                    ["serve", "--database", bench.sidecar.databasePath, "--socket", bench.sidecar.socketPath])
                #expect(served.exit == .code(1))
                #expect(served.errors.contains(bench.sidecar.databasePath), "\(served.errors)")
                #expect(bench.sidecar.folder.read("queue.db") == text)
            }
        }

        @Test func wrongUsageIsToldFromFailure() async throws {
            try await Bench.run(start: false) { bench in
                #expect(try await bench.sidecar.run(["no-such-command"]).exit == .code(64))
                #expect(try await bench.sidecar.run(["status", "--no-such-option"]).exit == .code(64))
                for command in ["serve", "status", "explain", "migrate", "check-config", "demo"] {
                    let help = try await bench.sidecar.run([command, "--help"])
                    #expect(help.exit == .code(0))
                    #expect(help.output.contains("USAGE"))
                }
            }
        }

        @Test func thePushkeyIsShownShortenedAndTheContentNever() async throws {
            try await Bench.run(script: { _ in .respond(status: 500) }) { bench in
                try await bench.register("a-long-pushkey-nobody-may-see")
                let message = Bench.message("$1").replacing(#""body":"hi""#, with: #""body":"top secret""#)
                try await bench.submit(message, as: "t")
                _ = try await bench.waitForNotification(attempts: 1)
                let socket = ["--socket", bench.sidecar.socketPath]
                for arguments in [["status"], ["queue", "list"], ["queue", "list", "--json"]] {
                    let result = try await bench.sidecar.run(arguments + socket)
                    #expect(result.exit == .code(0), "\(result.errors)")
                    #expect(!result.output.contains("a-long-pushkey-nobody-may-see"), "\(arguments)")
                    #expect(!result.output.contains("top secret"), "\(arguments)")
                }
                let shown = try await bench.sidecar.run(["queue", "list", "--json"] + socket)
                #expect(shown.output.contains("a-lo…-see"), "\(shown.output)")
                #expect(!bench.sidecar.output.contains("a-long-pushkey-nobody-may-see"))
                #expect(!bench.sidecar.output.contains("top secret"))
            }
        }
    }
}
