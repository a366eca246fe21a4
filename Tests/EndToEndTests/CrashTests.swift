import Glibc
import SidecarHarness
import Testing

extension EndToEndTests {
    /// SIGKILL at random moments under load.
    @Suite struct Crashes {
        private static func setting(_ name: String) -> UInt64? {
            getenv(name).flatMap { UInt64(String(cString: $0)) }
        }

        @Test func nothingAcknowledgedIsLostAndOnlyWhatWasInFlightComesTwice() async throws {
            let rounds = Int(Self.setting("CHAOS_ROUNDS") ?? 20)
            let seed = Self.setting("CHAOS_SEED") ?? .random(in: 1...UInt64(UInt32.max))
            print("crash test: \(rounds) rounds, CHAOS_SEED=\(seed)")
            let configuration =
                Bench.local + "\nretry: {initial: 10ms, max: 50ms}\ndelivery: {probe_initial: 20ms, probe_max: 50ms}"
            let turn = Counter()
            let script: ScriptedGateway.Script = { _ in
                var random = SeededGenerator(seed: seed &+ UInt64(turn.next()))
                switch Int.random(in: 0..<200, using: &random) {
                case 0: return .disconnect
                case 1...2: return .respond(status: 502)
                case let draw: return .respond(status: 200, after: .milliseconds(draw % 4))
                }
            }
            try await Bench.run(configuration, script: script) { bench in
                let senders = (0..<3).map { LoadSender(client: bench.client, name: "s\($0)", users: 2) }
                for sender in senders { try await sender.register(on: bench) }
                let crashes = try await withThrowingTaskGroup(of: Void.self) { group in
                    for (number, sender) in senders.enumerated() {
                        group.addTask { try await sender.run(seed: seed &+ UInt64(number) << 40) }
                    }
                    defer { for sender in senders { sender.stop() } }
                    let crashes = try await crash(bench, rounds: rounds, seed: seed)
                    for sender in senders { sender.stop() }
                    try await group.waitForAll()
                    return crashes
                }
                try await bench.waitForEmptyQueue(within: .seconds(30))
                let expected = senders.flatMap(\.deliveries)
                let audit = DeliveryAudit(
                    expected: expected, received: bench.log.received, crashes: crashes)
                #expect(audit.problems == [], "CHAOS_SEED=\(seed)")
                #expect(expected.count > 20 * rounds, "too little load to show anything")
                #expect(!audit.repeated.isEmpty, "no kill hit anything in flight")
                #expect(try await bench.sidecar.stop() == .code(0))
                print(
                    "crash test: \(crashes.count) kills, \(expected.count) notifications, \(audit.missing.count) missing,",
                    "\(audit.repeated.count) came twice, answered at most \(audit.longestUnremembered) before the kill")
            }
        }

        /// Kills and restarts, sometimes again while it is starting.
        private func crash(_ bench: Bench, rounds: Int, seed: UInt64) async throws -> [DeliveryAudit.Crash] {
            var random = SeededGenerator(seed: ~seed)
            var crashes: [DeliveryAudit.Crash] = []
            for round in 0..<rounds {
                try await Task.sleep(for: .milliseconds(Int.random(in: 10...350, using: &random)))
                crashes.append(try await bench.sidecar.crash(seenBy: bench.log))
                if round % 4 == 3 {
                    try bench.sidecar.launch()
                    try await Task.sleep(for: .milliseconds(Int.random(in: 0...60, using: &random)))
                    crashes.append(try await bench.sidecar.crash(seenBy: bench.log))
                }
                try await bench.sidecar.start()
            }
            return crashes
        }
    }
}
