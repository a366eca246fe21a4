import PushJSON
import SidecarHarness
import Testing

extension EndToEndTests {
    /// Gateways that go away and come back, and pushers that move from one to another.
    @Suite struct GatewayTrouble {
        private static let quick =
            Bench.local + "\nretry: {initial: 20ms}\ndelivery: {probe_initial: 20ms, probe_max: 100ms}"

        @Test func aGatewayThatComesBackIsFoundWithoutANewEvent() async throws {
            let down = Array(repeating: GatewayAnswer.disconnect, count: 4)
            let script = Sequencer(down + [.respond(status: 503), .respond(status: 503)], then: .accept)
            try await Bench.run(Self.quick, script: { _ in script.next() }) { bench in
                let users = ["@a:hs", "@b:hs", "@c:hs"]
                for user in users { try await bench.register("key of \(user)", user: user) }
                try await bench.submit(Bench.message("$1", to: users), Bench.message("$2", to: users), as: "t")
                try await bench.waitForAccepted(6)
                try await bench.waitForEmptyQueue()
                #expect(bench.log.count == 12)
            }
        }

        @Test func aPusherThatMovesToAnotherGatewayTakesItsQueueWithIt() async throws {
            try await Bench.run(script: { _ in .respond(status: 503, headers: ["Retry-After": "600"]) }) { bench in
                let other = try await ScriptedGateway.start(name: "other", log: bench.log) { _ in .accept }
                try await bench.register()
                try await bench.submit(Bench.message("$1"), Bench.message("$2"), as: "t")
                try await waitUntil("the first answer") { bench.log.received.first?.status == 503 }
                try await bench.register(url: other.url)
                try await bench.waitForAccepted(2)
                #expect(bench.log.received.filter(\.isAccepted).map(\.eventID) == ["$1", "$2"])
                #expect(bench.log.received.filter(\.isAccepted).allSatisfy { $0.gateway == "other" })
                await other.stop()
            }
        }

        @Test func aRejectionByTheFormerGatewayDoesNotTouchTheNewRegistration() async throws {
            let late = GatewayAnswer.respond(status: 200, body: #"{"rejected":["key"]}"#, after: .milliseconds(300))
            try await Bench.run(script: { _ in late }) { bench in
                let other = try await ScriptedGateway.start(name: "other", log: bench.log) { _ in .accept }
                try await bench.register()
                try await bench.submit(Bench.message("$1"), as: "t")
                try await waitUntil("the request to the former gateway") { bench.log.count == 1 }
                try await bench.register(url: other.url)
                try await waitUntil("the former gateway's answer") { bench.log.received.first?.status == 200 }
                try await bench.submit(Bench.message("$2"), as: "u")
                try await waitUntil("the new event at the new gateway") { bench.log.received.last?.eventID == "$2" }
                let pushers = try await bench.client.get("/_matrix/client/v3/pushers?user_id=@bob:hs").json?["pushers"]
                #expect(pushers?.count == 1)
                await other.stop()
            }
        }

        @Test func aSlowGatewayDoesNotHoldUpAnother() async throws {
            try await Bench.run(script: { _ in .hold }) { bench in
                let other = try await ScriptedGateway.start(name: "other", log: bench.log) { _ in .accept }
                let stuck = (0..<100).map { "@stuck\($0):hs" }
                for user in stuck { try await bench.register("key of \(user)", user: user) }
                try await bench.register("free", user: "@free:hs", url: other.url)
                try await bench.submit(Bench.message("$1", to: stuck), as: "t")
                try await waitUntil("the slow gateway's window to be full") { bench.log.count >= 4 }
                for number in 0..<20 {
                    try await bench.submit(Bench.message("$f\(number)", to: ["@free:hs"]), as: "u\(number)")
                }
                try await bench.waitForAccepted(20)
                #expect(bench.log.received.count { $0.gateway == "gateway" } <= 64)
                await other.stop()
            }
        }
    }
}
