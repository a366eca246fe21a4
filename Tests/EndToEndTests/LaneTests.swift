import PushJSON
import SidecarHarness
import Testing

extension EndToEndTests {
    /// Gateways as the sidecar treats each of them: held back, suspected, ramping up.
    @Suite struct Lanes {
        private static let quick =
            Bench.local + "\nretry: {initial: 20ms}\ndelivery: {probe_initial: 50ms, probe_max: 200ms}"

        private func gateways(_ bench: Bench) async throws -> [String: Int64] {
            let states = try #require(try await bench.status()["gateways"])
            var counts: [String: Int64] = [:]
            for state in ["up", "ramping", "down", "suspect"] { counts[state] = states[state]?.integer }
            return counts.filter { $0.value > 0 }
        }

        private func removed(_ bench: Bench) async throws -> Int {
            try await bench.client.get("/_pusher/v1/removed_pushers?since=0&limit=1000").json?["removed"]?.count ?? 0
        }

        @Test func aGatewayThatRejectsEverybodyIsSuspectedAndLosesNoMorePushersNotEvenByCrashing() async throws {
            let script: ScriptedGateway.Script = { .reject($0.pushkey ?? "") }
            try await Bench.run(Self.quick, script: script) { bench in
                let users = (0..<60).map { "@u\($0):hs" }
                for user in users { try await bench.register("key of \(user)", user: user) }
                try await bench.submit(Bench.message("$1", to: users), as: "1")
                try await waitUntil("the suspicion") { try await gateways(bench) == ["suspect": 1] }
                // What was in flight ends meanwhile.
                try await waitUntil("an end of the requests") {
                    try await bench.status()["queue"]?["in_flight"]?.integer == 0
                }
                try await waitUntil("the removals to be stored") {
                    let (removed, held) = (try await removed(bench), try await bench.notifications().count)
                    return removed == 20 && held == 40
                }
                let status = try await bench.status()
                #expect(status["queue"]?["pending"]?.integer == 40)
                #expect(status["queue"]?["waiting"]?.integer == 40)
                #expect(status["queue"]?["dead"]?.integer == 0)
                #expect(status["pushers"]?["total"]?.integer == 40)
                #expect(bench.sidecar.output.split(separator: "\n").count { $0.contains("rejects too many") } == 1)
                #expect(bench.sidecar.output.contains(" error gateway rejects too many pushkeys"))
                let held = try await bench.notifications()
                #expect(held.count == 40)
                #expect(held.allSatisfy { $0["state"]?.string == "waiting" && $0["attempts"]?.integer == 0 })
                #expect(held.allSatisfy { $0["next_attempt"]?.string != nil })

                let count = bench.log.count
                // What nobody waits for, as the suspicion, may be stored a moment later: this goes after it.
                try await bench.register("another key", user: users[0])
                for round in 0..<3 {
                    try await bench.crash()
                    #expect(try await gateways(bench) == ["suspect": 1])
                    try await bench.submit(Bench.message("$again\(round)", to: Array(users.suffix(5))), as: "r\(round)")
                    #expect(try await removed(bench) == 20)
                }
                #expect(bench.log.count == count)
                // What went before the guard tripped can be brought back.
                let tombstones = try await bench.client.get("/_pusher/v1/removed_pushers?since=0&limit=1000").json
                let id = try #require(tombstones?["removed"]?.elements.map(Array.init)?.first?["id"]?.string)
                let restored = try await bench.client.send("POST", "/_pusher/v1/removed_pushers/\(id)/restore", "")
                #expect(restored.status == 200)
            }
        }

        @Test func rejectionsFromBeforeARestartCountTowardsTheSuspicion() async throws {
            let script: ScriptedGateway.Script = { .reject($0.pushkey ?? "") }
            try await Bench.run(Self.quick, script: script) { bench in
                let users = (0..<40).map { "@u\($0):hs" }
                for user in users { try await bench.register("key of \(user)", user: user) }
                for round in 0..<4 {
                    let some = Array(users[round * 10..<(round + 1) * 10])
                    try await bench.submit(Bench.message("$\(round)", to: some), as: "\(round)")
                    try await waitUntil("rejections") {
                        let waiting = try await bench.status()["queue"]?["waiting"]?.integer ?? 0
                        return try await removed(bench) + Int(waiting) == (round + 1) * 10
                    }
                    try await bench.crash()
                }
                // Where the kill came before the suspicion was stored, the first answer after it raises it again.
                try await waitUntil("the suspicion") { try await gateways(bench) == ["suspect": 1] }
                #expect(try await removed(bench) == 20)
            }
        }

        @Test func serverErrorsOfAllPushersTakeTheGatewayDownAndTheirAttemptsCount() async throws {
            // Enough for what is in flight when it goes down: a late success would bring it back.
            let script = Sequencer(Array(repeating: GatewayAnswer.respond(status: 502), count: 12), then: .accept)
            let configuration = Bench.local + "\nretry: {initial: 20ms}\ndelivery: {probe_initial: 1s, probe_max: 1s}"
            try await Bench.run(configuration, script: { _ in script.next() }) { bench in
                let users = (0..<10).map { "@u\($0):hs" }
                for user in users { try await bench.register("key of \(user)", user: user) }
                try await bench.submit(Bench.message("$1", to: users), as: "1")
                try await waitUntil("the gateway to be down") { try await gateways(bench) == ["down": 1] }
                try await waitUntil("the attempts to be stored") {
                    try await bench.notifications().count { $0["attempts"]?.integer == 1 } >= 7
                }
                #expect(try await bench.notifications().allSatisfy { $0["state"]?.string == "waiting" })
                try await bench.waitForAccepted(10)
                try await bench.waitForEmptyQueue()
                #expect(try await gateways(bench)["down"] == nil)
            }
        }

        @Test func everyGatewayRampsUpAtStart() async throws {
            try await Bench.run { bench in
                try await bench.register()
                #expect(try await gateways(bench) == ["up": 1])
                try await bench.crash()
                #expect(try await gateways(bench) == ["ramping": 1])
                for number in 0..<4 { try await bench.submit(Bench.message("$\(number)"), as: "\(number)") }
                try await bench.waitForAccepted(4)
                try await waitUntil("the gateway to be up") { try await gateways(bench) == ["up": 1] }
            }
        }

        @Test func aGatewayWithoutPushersIsForgottenWithItsRecord() async throws {
            try await Bench.run(Self.quick, script: { _ in .disconnect }) { bench in
                try await bench.register()
                for number in 0..<3 { try await bench.submit(Bench.message("$\(number)"), as: "\(number)") }
                try await waitUntil("the gateway to be down") { try await gateways(bench) == ["down": 1] }
                let unset = #"{"kind":null,"app_id":"org.example.app","pushkey":"key"}"#
                let path = "/_matrix/client/v3/pushers/set?user_id=@bob:hs"
                #expect(try await bench.client.send("POST", path, unset).status == 200)
                try await waitUntil("the gateway to be forgotten") { try await gateways(bench).isEmpty }
                // Its pause is over within the second that the next look takes.
                try await Task.sleep(for: .milliseconds(1500))
                try await bench.register()
                #expect(try await gateways(bench) == ["up": 1])
            }
        }

        @Test func refusalsFromBeforeACrashCount() async throws {
            let configuration = Bench.local + "\nretry: {initial: 200ms, multiplier: 1.0}"
            try await Bench.run(configuration, script: { _ in .respond(status: 400) }) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), as: "1")
                for attempts in [1, 3] as [Int64] {
                    _ = try await bench.waitForNotification(attempts: attempts)
                    try await bench.crash()
                }
                try await waitUntil("a dead letter") { try await bench.status()["queue"]?["dead"]?.integer == 1 }
                // An answer may come between the commit and the crash, twice.
                #expect((5...7).contains(bench.log.count))
            }
        }

        @Test func aCallBehindAGatewayThatIsDownExpiresWhenItsTimeIsOver() async throws {
            let pause = GatewayAnswer.respond(status: 429, headers: ["Retry-After": "600"])
            try await Bench.run(script: { _ in pause }) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), as: "1")
                try await waitUntil("the pause") { try await gateways(bench) == ["down": 1] }
                let call = """
                    {"event":{"event_id":"$call","room_id":"!r:hs","type":"m.call.invite","sender":"@alice:hs",\
                    "origin_server_ts":1700000000000,"content":{"call_id":"c","lifetime":1500,"version":"1",\
                    "offer":{"type":"offer","sdp":"v=0"}}},"room":{"member_count":2},"recipients":[{"user_id":"@bob:hs"}]}
                    """
                try await bench.submit(call, as: "2")
                try await bench.crash()
                #expect(try await bench.status()["queue"]?["pending"]?.integer == 2)
                try await waitUntil("the call to expire") { try await bench.status()["queue"]?["dead"]?.integer == 1 }
                let letters = try await bench.client.get("/_pusher/v1/dead_letters").json?["dead_letters"]
                let letter = try #require(letters?.elements.map(Array.init)?.first)
                #expect(letter["event_id"]?.string == "$call" && letter["reason"]?.string == "expired")
                #expect(try await bench.notifications().map { $0["event_id"]?.string } == ["$1"])
            }
        }
    }
}
