import Glibc
import SidecarHarness
import Testing

extension EndToEndTests {
    /// SIGKILL at random moments under load, with gateways that misbehave.
    @Suite struct Crashes {
        private static let configuration =
            Bench.local + """

                retry: {initial: 10ms, max: 50ms}
                delivery: {response_timeout: 3s, probe_initial: 20ms, probe_max: 50ms}
                """

        private static func setting(_ name: String) -> UInt64? {
            getenv(name).flatMap { UInt64(String(cString: $0)) }
        }

        @Test func everythingAcknowledgedIsAccountedForAndOnlyWhatWasInFlightComesTwice() async throws {
            let rounds = Int(Self.setting("CHAOS_ROUNDS") ?? 20)
            let seed = Self.setting("CHAOS_SEED") ?? .random(in: 1...UInt64(UInt32.max))
            print("crash test: \(rounds) rounds, CHAOS_SEED=\(seed)")
            let gateways = MoodyGateways(seed: seed)
            try await Bench.run(Self.configuration, script: gateways.first) { bench in
                let second = try await ScriptedGateway.start(name: "second", log: bench.log, script: gateways.second)
                let dead = try await ScriptedGateway.start(name: "dead", log: bench.log) { _ in .disconnect }
                let senders = (0..<3).map { LoadSender(client: bench.client, name: "s\($0)") }
                for sender in senders {
                    for user in ["well", "frail"] { try await sender.add(user, at: bench.gateway.url) }
                    try await sender.add("second", at: second.url)
                }
                // Its queue only grows, so one is enough.
                try await senders[0].add("dead", at: dead.url)
                let crashes = try await load(senders, gateways, bench, rounds: rounds, seed: seed)
                try await finish(bench, after: rounds)
                let expected = senders.flatMap(\.deliveries)
                let rest = try rest(in: bench.sidecar.databasePath)
                let audit = DeliveryAudit(
                    expected: expected, received: bench.log.received, crashes: crashes, rest: rest)
                #expect(audit.problems == [], "CHAOS_SEED=\(seed)")
                #expect(expected.count == audit.accepted + audit.rejected + audit.dead + audit.queued)
                #expect(expected.count > 50 * rounds, "too little load to show anything")
                #expect(!audit.repeated.isEmpty, "no kill hit anything in flight")
                #expect(audit.dead > 0 && audit.queued > 0)
                #expect(rest.rejected == gateways.rejected)
                print(
                    "crash test: \(crashes.count) kills; \(expected.count) notifications = \(audit.accepted) accepted +",
                    "\(audit.rejected) rejected + \(audit.dead) dead + \(audit.queued) queued;",
                    "\(audit.missing.count) missing, \(audit.repeated.count) came twice,",
                    "answered at most \(audit.longestUnremembered) before the kill")
                await second.stop()
                await dead.stop()
            }
        }

        /// Kills and restarts under load; the second gateway is away for the middle third of it.
        private func load(
            _ senders: [LoadSender], _ gateways: MoodyGateways, _ bench: Bench, rounds: Int, seed: UInt64
        ) async throws -> [DeliveryAudit.Crash] {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, sender) in senders.enumerated() {
                    group.addTask {
                        try await sender.run(seed: seed &+ UInt64(number) << 40, replacing: { gateways.rejected })
                    }
                }
                defer { for sender in senders { sender.stop() } }
                var random = SeededGenerator(seed: ~seed)
                var crashes: [DeliveryAudit.Crash] = []
                for round in 0..<rounds {
                    gateways.setAway(round >= rounds / 3 && round < rounds * 2 / 3)
                    try await Task.sleep(for: .milliseconds(Int.random(in: 10...350, using: &random)))
                    crashes.append(try await bench.sidecar.crash(seenBy: bench.log))
                    if round % 4 == 3 {
                        // Once more while it is starting.
                        try bench.sidecar.launch()
                        try await Task.sleep(for: .milliseconds(Int.random(in: 0...60, using: &random)))
                        crashes.append(try await bench.sidecar.crash(seenBy: bench.log))
                    }
                    try await bench.sidecar.start()
                }
                gateways.setAway(false)
                for sender in senders { sender.stop() }
                try await group.waitForAll()
                return crashes
            }
        }

        /// Waits until only the dead gateway's notifications are queued, and stops the sidecar.
        private func finish(_ bench: Bench, after rounds: Int) async throws {
            let queued =
                "FROM notifications JOIN pushers AS p ON p.id = pusher WHERE p.pushkey NOT LIKE '%-dead' GROUP BY pusher"
            do {
                // A fast machine takes in what the second gateway's pauses let out at some twenty a second and pusher.
                try await waitUntil("the queue to be emptied", within: .seconds(60 + 6 * rounds)) {
                    try await Task.sleep(for: .milliseconds(100))
                    return try OtherConnection(bench.sidecar.databasePath).column("SELECT count(*) \(queued)").isEmpty
                }
            } catch {
                let rest = try OtherConnection(bench.sidecar.databasePath).column(
                    "SELECT count(*) || ' for ' || p.pushkey || ', ' || coalesce(p.last_error, 'well') \(queued)")
                throw HarnessError("\(error)\n\(rest)\n\(try await bench.client.get("/_pusher/v1/status").text)")
            }
            #expect(try await bench.sidecar.stop() == .code(0))
        }

        /// What the stopped sidecar's database says of what was not delivered.
        private func rest(in database: String) throws -> DeliveryAudit.Rest {
            func deliveries(_ table: String, _ pushkey: String) throws -> Set<DeliveryAudit.Delivery> {
                let rows = try OtherConnection(database).column(
                    """
                    SELECT \(pushkey) || '|' || e.event_id FROM \(table) AS n
                    JOIN events AS e ON e.number = n.id / 4096
                    """)
                return Set(
                    rows.map { row in
                        let parts = row.split(separator: "|").map(String.init)
                        return DeliveryAudit.Delivery(pushkey: parts[0], eventID: parts[1])
                    })
            }
            var rest = DeliveryAudit.Rest()
            rest.queued = try deliveries(
                "notifications", "(SELECT p.pushkey FROM pushers AS p WHERE p.id = n.pusher)")
            rest.dead = try deliveries("dead_letters", "n.pushkey")
            rest.rejected = Set(
                try OtherConnection(database).column("SELECT pushkey FROM removed_pushers WHERE reason = 'rejected'"))
            return rest
        }
    }
}
