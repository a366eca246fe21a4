import Glibc
import PushJSON
import SidecarHarness
import Testing

extension EndToEndTests {
    /// SIGKILL at each step that a notification takes, not at random.
    @Suite struct KillPoints {
        private static let quick = Bench.local + "\nretry: {initial: 100ms, max: 100ms}"

        /// Kills the sidecar at a held call, and starts it again.
        private func crashWhileHeld(_ bench: Bench) async throws -> DeliveryAudit.Crash {
            try await bench.faults.waitUntilHeld()
            let crash = try await bench.sidecar.crash(seenBy: bench.log)
            bench.faults.hold = .nowhere
            try await bench.sidecar.start()
            return crash
        }

        /// Delivers one more event and waits until all is done: by then whatever was to come again has come.
        private func finish(_ bench: Bench) async throws {
            try await bench.submit(Bench.message("$last"), as: "last")
            try await waitUntil("the last event") { bench.log.received.last?.eventID == "$last" }
            try await bench.waitForEmptyQueue()
        }

        /// What the gateway was sent, with and without an answer.
        private func events(_ bench: Bench) -> [String?] { bench.log.received.map(\.eventID) }

        @Test func beforeTheCommitNothingIsThere() async throws {
            try await Bench.run(withFaults: true) { bench in
                try await bench.register()
                bench.faults.hold = .beforeTheLogIsWritten
                async let answer = try? bench.offer(Bench.message("$1"), as: "t")
                _ = try await crashWhileHeld(bench)
                #expect(await answer == nil)
                #expect(try await bench.status()["queue"]?["pending"]?.integer == 0)
                #expect(bench.log.count == 0)
                #expect(try await bench.submit(Bench.message("$1"), as: "t").json?["notifications"]?.integer == 1)
                try await finish(bench)
                #expect(events(bench) == ["$1", "$last"])
            }
        }

        @Test func afterTheCommitItIsDeliveredThoughNobodyWasTold() async throws {
            try await Bench.run(withFaults: true) { bench in
                try await bench.register()
                bench.faults.hold = .afterTheLogIsSynced
                async let answer = try? bench.offer(Bench.message("$1"), as: "t")
                try await bench.faults.waitUntilHeld()
                #expect(bench.log.count == 0)
                _ = try await crashWhileHeld(bench)
                #expect(await answer == nil)
                try await bench.waitForAccepted(1)
                // The homeserver has to send it again: it gets the answer that got lost.
                #expect(try await bench.submit(Bench.message("$1"), as: "t").json?["notifications"]?.integer == 1)
                try await finish(bench)
                #expect(events(bench) == ["$1", "$last"])
            }
        }

        @Test func inFlightItComesAgain() async throws {
            let script = Sequencer([.hold], then: .accept)
            try await Bench.run(script: { _ in script.next() }) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), Bench.message("$2"), as: "t")
                try await waitUntil("the request") { bench.log.count == 1 }
                try await bench.crash()
                try await bench.waitForAccepted(2)
                try await finish(bench)
                #expect(events(bench) == ["$1", "$1", "$2", "$last"])
            }
        }

        @Test func betweenTheGatewaysAnswerAndTheCommitItComesAgain() async throws {
            try await Bench.run(withFaults: true, script: { _ in .respond(status: 200, after: .milliseconds(200)) }) {
                bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), as: "t")
                try await waitUntil("the request") { bench.log.count == 1 }
                bench.faults.hold = .beforeTheLogIsWritten
                try await bench.waitForAccepted(1)
                let crash = try await crashWhileHeld(bench)
                try await finish(bench)
                #expect(events(bench) == ["$1", "$1", "$last"])
                let expected = ["$1", "$last"].map { DeliveryAudit.Delivery(pushkey: "key", eventID: $0) }
                let audit = DeliveryAudit(expected: expected, received: bench.log.received, crashes: [crash])
                #expect(audit.problems == [])
                #expect(audit.repeated.map(\.eventID) == ["$1"])
            }
        }

        @Test func afterTheCommitOfTheGatewaysAnswerItIsDone() async throws {
            try await Bench.run(withFaults: true, script: { _ in .respond(status: 200, after: .milliseconds(200)) }) {
                bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), as: "t")
                try await waitUntil("the request") { bench.log.count == 1 }
                bench.faults.hold = .afterTheLogIsSynced
                try await bench.waitForAccepted(1)
                _ = try await crashWhileHeld(bench)
                try await finish(bench)
                #expect(events(bench) == ["$1", "$last"])
            }
        }

        @Test func aRejectionThatWasNotStoredIsAskedForAgain() async throws {
            let script: ScriptedGateway.Script = { _ in
                .respond(status: 200, body: #"{"rejected":["key"]}"#, after: .milliseconds(200))
            }
            try await Bench.run(withFaults: true, script: script) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), Bench.message("$2"), as: "t")
                try await waitUntil("the request") { bench.log.count == 1 }
                bench.faults.hold = .beforeTheLogIsWritten
                try await waitUntil("the answer") { bench.log.received.first?.status == 200 }
                _ = try await crashWhileHeld(bench)
                try await waitUntil("the pusher to be removed") {
                    try await bench.client.get("/_pusher/v1/removed_pushers").json?["removed"]?.count == 1
                }
                #expect(try await bench.status()["queue"]?["pending"]?.integer == 0)
                #expect(events(bench) == ["$1", "$1"])
            }
        }

        @Test func aRefusalThatWasNotStoredDoesNotCount() async throws {
            try await Bench.run(
                Self.quick, withFaults: true,
                script: { received in
                    received.eventID == "$1" ? .respond(status: 400, after: .milliseconds(50)) : .accept
                }
            ) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), as: "t")
                try await waitUntil("the fifth request") { bench.log.count == 5 }
                bench.faults.hold = .beforeTheLogIsWritten
                try await waitUntil("the fifth answer") { bench.log.received[4].status == 400 }
                _ = try await crashWhileHeld(bench)
                try await waitUntil("a dead letter") {
                    try await bench.status()["queue"]?["dead"]?.integer == 1
                }
                #expect(events(bench).count == 6)
                try await finish(bench)
            }
        }

        @Test func whileTheDatabaseIsMade() async throws {
            try await Bench.run(start: false, withFaults: true) { bench in
                bench.faults.hold = .beforeTheLogIsWritten
                try bench.sidecar.launch()
                _ = try await crashWhileHeld(bench)
                try await bench.register()
                try await finish(bench)
            }
        }
    }
}
