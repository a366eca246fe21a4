import PushJSON
import SidecarHarness
import Testing

extension EndToEndTests {
    /// Notifications that are not delivered: what is left of them, and where no connection is made at all.
    @Suite struct GivingUp {
        /// Waits until one notification is dead and returns what `queue show` says of it.
        private func deadLetter(_ id: Int64, _ bench: Bench) async throws -> SidecarProcess.CommandResult {
            try await waitUntil("a dead letter") { try await bench.status()["queue"]?["dead"]?.integer == 1 }
            return try await bench.sidecar.run([
                "queue", "show", "\(id)", "--json", "--socket", bench.sidecar.socketPath,
            ])
        }

        private func id(of notification: JSONValue) throws -> Int64 {
            let id = notification["id"]
            return try #require(id?.integer ?? id?.string.flatMap { Int64($0) })
        }

        @Test func whatNeverSucceedsBecomesADeadLetterWithItsReason() async throws {
            let configuration = Bench.local + "\nretry: {initial: 100ms, give_up_after: 700ms}"
            try await Bench.run(configuration, script: { _ in .respond(status: 500) }) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), as: "t")
                let id = try id(of: try await bench.waitForNotification(attempts: 1))
                let shown = try await deadLetter(id, bench)
                #expect(shown.exit == .code(0), "\(shown.errors)")
                let letter = try JSONDocument(parsing: shown.output).root
                #expect(letter["state"]?.string == "dead")
                #expect(letter["reason"]?.string == "gave_up")
                #expect(letter["event_id"]?.string == "$1")
                let attempts = try #require(letter["attempt_log"]?.elements.map(Array.init))
                #expect(attempts.count >= 2)
                #expect(attempts.allSatisfy { $0["status"]?.integer == 500 })
                #expect(bench.log.count == attempts.count)
                let screen = try await bench.sidecar.run([
                    "queue", "show", "\(id)", "--socket", bench.sidecar.socketPath,
                ])
                #expect(screen.exit == .code(0))
                #expect(screen.output.contains("gave_up"), "\(screen.output)")
                #expect(!screen.output.contains(#""body""#))
            }
        }

        @Test func whatAGatewayRefusesFiveTimesMakesRoomForTheNext() async throws {
            let script: ScriptedGateway.Script = { $0.eventID == "$bad" ? .respond(status: 400) : .accept }
            try await Bench.run(Bench.local + "\nretry: {initial: 10ms}", script: script) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$bad"), Bench.message("$good"), as: "t")
                let id = try id(of: try #require(try await bench.notifications().first))
                try await bench.waitForAccepted(1)
                let letter = try JSONDocument(parsing: try await deadLetter(id, bench).output).root
                #expect(letter["reason"]?.string == "refused")
                #expect(bench.log.received.map(\.eventID) == Array(repeating: "$bad", count: 5) + ["$good"])
            }
        }

        @Test func anAddressThatIsNotGlobalGetsNoConnection() async throws {
            try await Bench.run("network: {allow_http: true}") { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), as: "t")
                try await waitUntil("a dead letter") { try await bench.status()["queue"]?["dead"]?.integer == 1 }
                let list = try await bench.sidecar.run(["status", "--json", "--socket", bench.sidecar.socketPath])
                #expect(list.output.contains(#""dead":1"#))
                #expect(bench.log.connections == 0)
                #expect(try await bench.status()["queue"]?["pending"]?.integer == 0)
            }
        }

        @Test func plainHTTPIsRefusedUnlessAllowed() async throws {
            try await Bench.run("{}") { bench in
                let set = "/_matrix/client/v3/pushers/set?user_id=@bob:hs"
                let plain = try await bench.client.send("POST", set, bench.pusher())
                #expect(plain.status == 400)
                #expect(plain.json?["errcode"]?.string == "M_INVALID_PARAM")
                // Over TLS it is taken, as no name is looked up here, but no connection is made.
                let url = "https://127.0.0.1:\(bench.gateway.port)/_matrix/push/v1/notify"
                try await bench.register(url: url)
                try await bench.submit(Bench.message("$1"), as: "t")
                try await waitUntil("a dead letter") { try await bench.status()["queue"]?["dead"]?.integer == 1 }
                #expect(bench.log.connections == 0)
            }
        }
    }
}
