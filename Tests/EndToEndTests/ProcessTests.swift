import Glibc
import PushJSON
import SidecarHarness
import Testing

extension EndToEndTests {
    /// Starting, stopping, crashing, and who else is there.
    @Suite struct Process {
        private func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

        @Test func aFailingPusherKeepsItsAttemptsAndItsPauseOverACrash() async throws {
            let script: ScriptedGateway.Script = { $0.pushkey == "bad" ? .respond(status: 500) : .accept }
            let configuration = Bench.local + "\nretry: {initial: 60s, jitter: 0}"
            try await Bench.run(configuration, script: script) { bench in
                try await bench.register("bad", user: "@bob:hs")
                try await bench.register("good", user: "@carol:hs")
                try await bench.submit(Bench.message("$1"), as: "t")
                let before = try await bench.waitForNotification(attempts: 1)
                #expect(before["state"]?.string == "waiting")
                let next = try #require(before["next_attempt"]?.string)
                try await bench.crash()
                let after = try #require(try await bench.notifications().first)
                #expect(after["attempts"]?.integer == 1)
                #expect(after["state"]?.string == "waiting")
                #expect(after["next_attempt"]?.string == next)
                // A new event does not go past the pause either: by the time another pusher has its, nothing came.
                try await bench.submit(Bench.message("$2"), Bench.message("$3", to: ["@carol:hs"]), as: "u")
                try await bench.waitForAccepted(1)
                #expect(bench.log.received.map(\.pushkey) == ["bad", "good"])
                try await waitUntil("only the failing pusher's events are left") {
                    try await bench.notifications().compactMap { $0["event_id"]?.string } == ["$1", "$2"]
                }
                #expect(bench.log.count == 2)
            }
        }

        @Test func aSecondProcessOnTheDatabaseIsRefused() async throws {
            try await Bench.run { bench in
                let second = try await bench.sidecar.run(
                    [
                        "serve", "--config", bench.sidecar.configurationPath, "--database", bench.sidecar.databasePath,
                        "--socket", bench.sidecar.folder.file("other.sock"),
                    ])
                #expect(second.exit == .code(1), "\(second.errors)")
                #expect(second.errors.contains(bench.sidecar.databasePath), "\(second.errors)")
                #expect(try await bench.client.get("/health").status == 200)
            }
        }

        @Test func aLiveSocketIsNotTakenOver() async throws {
            try await Bench.run { bench in
                let second = try await bench.sidecar.run(
                    [
                        "serve", "--config", bench.sidecar.configurationPath, "--socket", bench.sidecar.socketPath,
                        "--database", bench.sidecar.folder.file("other.db"),
                    ])
                #expect(second.exit == .code(1), "\(second.errors)")
                #expect(second.errors.contains(bench.sidecar.socketPath), "\(second.errors)")
                #expect(try await bench.client.get("/health").status == 200)
            }
        }

        @Test func aSocketLeftByACrashIsReplaced() async throws {
            try await Bench.run { bench in
                bench.sidecar.kill()
                #expect(exists(bench.sidecar.socketPath))
                try await bench.sidecar.start()
                #expect(try await bench.client.get("/health").status == 200)
            }
        }

        @Test func anEndingSidecarWaitsForWhatIsInFlightAndLeavesTheRest() async throws {
            let script: ScriptedGateway.Script = { _ in .respond(status: 200, after: .milliseconds(300)) }
            try await Bench.run(script: script) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), Bench.message("$2"), as: "t")
                try await waitUntil("the first request") { bench.log.count == 1 }
                #expect(try await bench.sidecar.stop() == .code(0))
                #expect(bench.log.received.map(\.status) == [200])
                #expect(!exists(bench.sidecar.socketPath))
                try await bench.sidecar.start()
                try await bench.waitForAccepted(2)
                try await bench.waitForEmptyQueue()
                #expect(bench.log.received.map(\.eventID) == ["$1", "$2"])
            }
        }

        @Test func withoutASidecarTheCommandsReadTheDatabaseAndSaySo() async throws {
            try await Bench.run(script: { _ in .respond(status: 503) }) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), as: "t")
                try await waitUntil("an attempt") { bench.log.received.first?.status == 503 }
                #expect(try await bench.sidecar.stop() == .code(0))
                let place = ["--socket", bench.sidecar.socketPath, "--database", bench.sidecar.databasePath]

                let status = try await bench.sidecar.run(["status", "--json"] + place)
                #expect(status.exit == .code(0), "\(status.errors)")
                #expect(status.errors.contains(bench.sidecar.databasePath), "\(status.errors)")
                let json = try JSONDocument(parsing: status.output).root
                #expect(json["running"]?.bool == false)
                #expect(json["queue"]?["pending"]?.integer == 1)

                let list = try await bench.sidecar.run(["queue", "list", "--json"] + place)
                #expect(list.exit == .code(0), "\(list.errors)")
                #expect(list.errors.contains(bench.sidecar.databasePath), "\(list.errors)")
                #expect(list.output.split(separator: "\n").count == 1)
                let notification = try JSONDocument(parsing: list.output).root
                #expect(notification["event_id"]?.string == "$1")
                #expect(notification["gateway"]?.string == bench.gateway.address)

                let none = try await bench.sidecar.run(
                    ["status", "--socket", bench.sidecar.socketPath, "--database", bench.sidecar.folder.file("no.db")])
                #expect(none.exit == .code(1))
                #expect(none.errors.contains("no.db"), "\(none.errors)")
            }
        }
    }
}
