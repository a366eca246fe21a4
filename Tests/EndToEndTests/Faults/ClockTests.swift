import PushJSON
import SidecarHarness
import Testing

extension EndToEndTests {
    /// A wall clock that is set while the sidecar runs.
    @Suite struct Clock {
        private static let hour: Int64 = 3_600_000
        private static let configuration = Bench.local + "\nretry: {initial: 1s, max: 1s, jitter: 0}"

        @Test(arguments: [-hour, hour, -365 * 24 * hour, 20 * hour])
        func deliveryGoesOn(offset: Int64) async throws {
            let script = Sequencer([.respond(status: 500)], then: .accept)
            try await Bench.run(Self.configuration, withFaults: true, script: { _ in script.next() }) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), as: "t")
                try await waitUntil("the failure") { bench.log.received.first?.status == 500 }
                bench.faults.clockOffset = offset
                // The pause goes on as if nothing had happened; new events are queued behind it.
                try await bench.submit(Bench.message("$2"), as: "u")
                try await bench.waitForAccepted(2, within: .seconds(5))
                try await bench.submit(Bench.message("$3"), as: "v")
                try await bench.waitForAccepted(3, within: .seconds(2))
                // Neither does a transaction that was sent before become a new one.
                try await bench.submit(Bench.message("$1"), as: "t")
                try await bench.submit(Bench.message("$1"), Bench.message("$3"), as: "w")
                try await bench.waitForEmptyQueue()
                let recent = try await bench.status()["recent"]
                if offset < 0 { #expect(recent?["accepted"]?.integer == 3) }
                #expect(recent?["expired"]?.integer == 0)

                bench.faults.clockOffset = 0
                try await bench.submit(Bench.message("$4"), as: "x")
                try await bench.waitForAccepted(4, within: .seconds(2))
                #expect(bench.log.received.map(\.eventID) == ["$1", "$1", "$2", "$3", "$4"])
            }
        }

        @Test(arguments: [-hour, hour])
        func aProbeOfAGatewayThatIsDownIsNotPutOff(offset: Int64) async throws {
            let script = Sequencer([.respond(status: 503, headers: ["Retry-After": "1"])], then: .accept)
            try await Bench.run(Self.configuration, withFaults: true, script: { _ in script.next() }) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), as: "t")
                try await waitUntil("the failure") { bench.log.received.first?.status == 503 }
                bench.faults.clockOffset = offset
                try await bench.submit(as: "wake")
                try await bench.waitForAccepted(1, within: .seconds(5))
            }
        }

        @Test func aRestartAfterItWasSetBackWaitsForNoMomentOfThen() async throws {
            let script = Sequencer([.respond(status: 500)], then: .accept)
            try await Bench.run(Self.configuration, withFaults: true, script: { _ in script.next() }) { bench in
                bench.faults.clockOffset = Self.hour
                try await bench.register()
                try await bench.submit(Bench.message("$1"), as: "t")
                try await waitUntil("the failure") { try await bench.notifications().first?["attempts"]?.integer == 1 }
                bench.faults.clockOffset = 0
                try await bench.crash()
                try await bench.waitForAccepted(1, within: .seconds(5))
            }
        }
    }
}
