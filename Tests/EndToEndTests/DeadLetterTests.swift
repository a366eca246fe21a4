import PushJSON
import SidecarHarness
import Synchronization
import Testing

extension EndToEndTests {
    /// What was given up on: seen, tried again, deleted, from the command line and over the socket.
    @Suite struct DeadLetters {
        /// Refuses what goes to pushers that are not well; see ``Bench/release(_:user:)``.
        private static let refusing: ScriptedGateway.Script = { received in
            received.device?["data"]?["well"]?.bool == true ? .accept : .respond(status: 404)
        }
        private static let configuration = Bench.local + "\nretry: {initial: 1ms, max: 5ms}"

        private func waitForDead(_ count: Int64, _ bench: Bench) async throws {
            try await waitUntil("\(count) dead letters") {
                try await bench.status()["queue"]?["dead"]?.integer == count
            }
        }

        private func run(_ bench: Bench, _ arguments: String...) async throws -> SidecarProcess.CommandResult {
            try await run(bench, arguments)
        }

        private func run(_ bench: Bench, _ arguments: [String]) async throws -> SidecarProcess.CommandResult {
            let place = ["--socket", bench.sidecar.socketPath, "--database", bench.sidecar.databasePath]
            return try await bench.sidecar.run(["dead-letters"] + arguments + place)
        }

        private func lines(_ result: SidecarProcess.CommandResult) throws -> [JSONValue] {
            try #require(result.exit == .code(0), "\(result.output)\(result.errors)")
            return try result.output.split(separator: "\n").map { try JSONDocument(parsing: String($0)).root }
        }

        @Test func whatWasRefusedIsListedShownAndTriedAgain() async throws {
            try await Bench.run(Self.configuration, script: Self.refusing) { bench in
                try await bench.register("a-long-pushkey-nobody-may-see")
                let message = Bench.message("$1").replacing(#""body":"hi""#, with: #""body":"top secret""#)
                try await bench.submit(message, as: "t")
                try await waitForDead(1, bench)

                let list = try await run(bench, "list", "--json", "--reason", "refused", "--user", "@bob:hs")
                let letter = try #require(try lines(list).first)
                let id = try #require(letter["id"]?.string)
                #expect(letter["v"]?.integer == 1)
                #expect(letter["state"]?.string == "dead")
                #expect(letter["reason"]?.string == "refused")
                #expect(letter["last_status"]?.integer == 404)
                #expect(letter["attempts"]?.integer == 5)
                #expect(letter["dead_at"]?.string?.hasSuffix("Z") == true)
                let table = try await run(bench, "list")
                #expect(table.output.contains("refused") && table.output.contains(" 404 "), "\(table.output)")
                #expect(try await run(bench, "list", "--json", "--reason", "expired").output.isEmpty)

                let shown = try await run(bench, "show", id)
                #expect(shown.output.contains("last status  404"), "\(shown.output)\(shown.errors)")
                let log = try #require(try lines(try await run(bench, "show", id, "--json")).first)["attempt_log"]
                #expect(log?.elements?.map { $0["status"]?.integer } == Array(repeating: 404, count: 5))
                for output in [list.output, table.output, shown.output] {
                    #expect(!output.contains("a-long-pushkey-nobody-may-see") && !output.contains("top secret"))
                }
                #expect(try await run(bench, "show", id, "--show-secrets").output.contains("nobody-may-see"))

                try await bench.release("a-long-pushkey-nobody-may-see")
                let retried = try await run(bench, "retry", id)
                #expect(retried.output == "1 dead letter put back into the queue\n", "\(retried.errors)")
                try await bench.waitForAccepted("$1")
                try await waitForDead(0, bench)
                let again = try await run(bench, "retry", id)
                #expect(again.exit == .code(1))
                #expect(again.errors.contains("there is no dead letter with this id"), "\(again.errors)")
            }
        }

        @Test func aFilterActsOnlyWhenItIsConfirmed() async throws {
            try await Bench.run(Self.configuration, script: Self.refusing) { bench in
                try await bench.register("b", user: "@bob:hs")
                try await bench.register("c", user: "@carol:hs")
                try await bench.submit(Bench.message("$1", to: ["@bob:hs", "@carol:hs"]), as: "t")
                try await bench.submit(Bench.message("$2", to: ["@bob:hs", "@carol:hs"]), as: "u")
                try await waitForDead(4, bench)

                let preview = try await run(bench, "purge", "--user", "@carol:hs")
                #expect(preview.output == "2 dead letters would be deleted; nothing is done without --yes\n")
                #expect(try await bench.status()["queue"]?["dead"]?.integer == 4)
                let purged = try await run(bench, "purge", "--user", "@carol:hs", "--limit", "1", "--yes")
                #expect(purged.output == "1 dead letter deleted\n", "\(purged.errors)")
                let counted = try lines(try await run(bench, "retry", "--all", "--json"))
                #expect(counted.first?["matched"]?.integer == 3 && counted.first?["done"]?.bool == false)

                // Carol's pusher is gone: hers stays, and that is said.
                try await bench.release("b", user: "@bob:hs")
                let removal = #"{"kind":null,"app_id":"org.example.app","pushkey":"c"}"#
                _ = try await bench.client.send("POST", "/_matrix/client/v3/pushers/set?user_id=@carol:hs", removal)
                let retried = try await run(bench, "retry", "--all", "--yes")
                let text = "2 dead letters put back into the queue; 1 stay dead, as their pusher is gone or disabled\n"
                #expect(retried.output == text, "\(retried.errors)")
                try await bench.waitForAccepted(2)
                let left = try #require(try lines(try await run(bench, "list", "--json")).first)
                #expect(left["user_id"]?.string == "@carol:hs" && left["event_id"]?.string == "$2")
                let refused = try await run(bench, "retry", try #require(left["id"]?.string))
                #expect(refused.exit == .code(1))
                #expect(refused.errors.contains("its pusher is gone or disabled"), "\(refused.errors)")
                #expect(bench.log.received.filter(\.isAccepted).map(\.eventID) == ["$1", "$2"])
            }
        }

        @Test(arguments: [false, true])
        func whatWasDoneIsToldBeforeWhyItWentNoFurther(asJSON: Bool) async throws {
            // Those that are queued again stay there: of ten the last finds no room.
            let isStuck = Atomic(false)
            let script: ScriptedGateway.Script = { _ in
                isStuck.load(ordering: .relaxed) ? .hold : .respond(status: 404)
            }
            try await Bench.run(Self.configuration + "\nqueue: {max_pending: 9}", script: script) { bench in
                let users = (0..<5).map { "@\($0):hs" }
                for user in users { try await bench.register("key of \(user)", user: user) }
                try await bench.submit(Bench.message("$1", to: users), as: "t")
                try await waitForDead(5, bench)
                try await bench.submit(Bench.message("$2", to: users), as: "u")
                try await waitForDead(10, bench)
                let preview = try await run(bench, "retry", "--all", "--limit", "7", "--json")
                #expect(try lines(preview).map { $0["matched"]?.integer } == [7], "\(preview.output)")

                isStuck.store(true, ordering: .relaxed)
                let retried = try await run(bench, ["retry", "--all", "--yes"] + (asJSON ? ["--json"] : []))
                #expect(retried.exit == .code(1))
                #expect(retried.errors.contains("the queue holds 9 notifications"), "\(retried.errors)")
                if asJSON {
                    let reports = try retried.output.split(separator: "\n").map {
                        try JSONDocument(parsing: String($0))
                    }
                    #expect(reports.map { $0.root["retried"]?.integer } == [9], "\(retried.output)")
                } else {
                    #expect(retried.output == "9 dead letters put back into the queue\n")
                }
                #expect(try await bench.status()["queue"]?["pending"]?.integer == 9)
            }
        }

        @Test(arguments: [
            ["retry"], ["purge"], ["retry", "--yes"], ["retry", "1", "--all"], ["purge", "1", "--user", "@bob:hs"],
            ["retry", "--all", "--limit", "0"], ["purge", "1", "--limit", "1"], ["retry", "--reason", "lost"],
            ["purge", "one"], ["list", "--reason", "lost"], ["list", "--older", "soon"], ["show"],
        ])
        func wrongUsageIsRefused(arguments: [String]) async throws {
            try await Bench.run(start: false) { bench in
                let result = try await bench.sidecar.run(["dead-letters"] + arguments)
                #expect(result.exit == .code(64), "\(result.output)\(result.errors)")
            }
        }

        @Test func theyAreReadWithoutASidecarAndChangedOnlyByOne() async throws {
            try await Bench.run(Self.configuration, script: Self.refusing) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), as: "t")
                try await waitForDead(1, bench)
                let online = try await run(bench, "list", "--json")
                let id = try #require(try lines(online).first?["id"]?.string)
                let shown = try await run(bench, "show", id, "--json")
                #expect(try await bench.sidecar.stop() == .code(0))
                let offline = try await run(bench, "list", "--json")
                #expect(offline.output == online.output)
                #expect(offline.errors.contains("no sidecar answers on"), "\(offline.errors)")
                #expect(try await run(bench, "show", id, "--json").output == shown.output)
                let retried = try await run(bench, "retry", id)
                #expect(retried.exit == .code(1))
                #expect(retried.errors.contains("this needs a running one"), "\(retried.errors)")
            }
        }

        @Test func theAgeOfWhatIsTriedAgainCountsAnew() async throws {
            // The other pusher's request is held, so that the event stays in memory with the age it has.
            let isHealed = Atomic(false)
            let script: ScriptedGateway.Script = { received in
                if received.pushkey == "held" { return .hold }
                return isHealed.load(ordering: .relaxed) ? .accept : .respond(status: 500)
            }
            let configuration =
                Bench.local + "\nretry: {initial: 50ms, max: 50ms}\ndelivery: {max_age: {high: 1s, low: 1s}}"
            try await Bench.run(configuration, script: script) { bench in
                try await bench.register("held", user: "@alice2:hs")
                try await bench.register("late", user: "@bob:hs")
                try await bench.submit(Bench.message("$1", to: ["@alice2:hs", "@bob:hs"]), as: "t")
                try await waitForDead(1, bench)
                let letter = try #require(try lines(try await run(bench, "list", "--json")).first)
                #expect(letter["reason"]?.string == "expired")
                #expect(letter["last_status"]?.integer == 500)
                isHealed.store(true, ordering: .relaxed)
                let retried = try await run(bench, "retry", "--reason", "expired", "--yes")
                #expect(retried.exit == .code(0), "\(retried.errors)")
                try await bench.waitForAccepted("$1")
                #expect(try await bench.status()["queue"]?["dead"]?.integer == 0)
            }
        }

        @Test func whatIsTriedAgainSurvivesAKill() async throws {
            try await Bench.run(Self.configuration, script: Self.refusing) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), Bench.message("$2"), as: "t")
                try await waitForDead(2, bench)
                let answer = try await bench.client.send("POST", "/_pusher/v1/dead_letters/retry?all=true&yes=true")
                #expect(answer.json?["retried"]?.integer == 2, "\(answer.text)")
                try await bench.crash()
                // Refused again, unless that was before the kill.
                try await waitForDead(2, bench)
                #expect(try await bench.status()["queue"]?["pending"]?.integer == 0)
            }
        }

        @Test func theyAreDeletedAfterTheirRetention() async throws {
            let configuration = Self.configuration + "\nqueue: {dead_letter_retention: 1s}"
            try await Bench.run(configuration, script: Self.refusing) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), as: "t")
                try await waitForDead(1, bench)
                // The sweep comes at the start and then every minute.
                try await Task.sleep(for: .milliseconds(1100))
                try await bench.crash()
                try await waitForDead(0, bench)
            }
        }
    }
}
