import Glibc
import PushJSON
import SidecarHarness
import Testing

extension EndToEndTests {
    /// Names that cannot be resolved. None of them leaves the machine: the resolver is replaced for `.invalid`.
    @Suite struct Resolver {
        private static let count = 40
        private static let users = (0..<count).map { "@lost\($0):hs" }

        /// Registers a pusher at a gateway of its own for each user, and one at the real gateway.
        private func register(on bench: Bench) async throws {
            for (number, user) in Self.users.enumerated() {
                let url = "http://push-\(number).invalid/_matrix/push/v1/notify"
                try await bench.register("key of \(user)", user: user, url: url)
            }
            try await bench.register()
        }

        @Test func aResolverThatHangsHoldsUpNoOtherGatewayAndNoShutdown() async throws {
            let configuration = Bench.local + "\ndelivery: {connect_timeout: 20s, shutdown_timeout: 200ms}"
            try await Bench.run(configuration, withFaults: true) { bench in
                bench.faults.resolverHangs = true
                try await register(on: bench)
                let idle = try ProcessUsage(of: bench.sidecar)
                let lost = (0..<4).map { Bench.message("$lost\($0)", to: Self.users) }.joined(separator: ",")
                try await bench.submit(lost, as: "t")
                try await waitUntil("the resolver to be asked") { bench.faults.resolving == Self.count }
                for number in 0..<10 {
                    try await bench.submit(Bench.message("$\(number)"), as: "u\(number)")
                    try await bench.waitForAccepted(number + 1, within: .seconds(2))
                }
                let busy = try ProcessUsage(of: bench.sidecar)
                #expect(busy.threads - idle.threads <= Self.count + 8, "\(busy.threads)")
                #expect(busy.processor - idle.processor < .seconds(2))
                let begin = ContinuousClock.now
                #expect(try await bench.sidecar.stop() == .code(0))
                #expect(ContinuousClock.now - begin < .seconds(4))
            }
        }

        @Test func lookupsThatTimeOutDoNotPileUp() async throws {
            let configuration =
                Bench.local + "\ndelivery: {connect_timeout: 100ms, probe_initial: 100ms, probe_max: 60s}"
            try await Bench.run(configuration, withFaults: true) { bench in
                bench.faults.resolverHangs = true
                try await register(on: bench)
                let lost = (0..<10).map { Bench.message("$lost\($0)", to: Self.users) }.joined(separator: ",")
                try await bench.submit(lost, as: "t")
                try await waitUntil("all those gateways to be down") {
                    try await bench.status()["gateways"]?["down"]?.integer == Int64(Self.count)
                }
                // Three failures and a few probes each, further and further apart.
                #expect(bench.faults.resolving <= 8 * Self.count, "\(bench.faults.resolving)")
                bench.faults.resolverHangs = false
                try await waitUntil("the threads to end") { bench.faults.resolving < Self.count }
                #expect(try await bench.sidecar.stop() == .code(0))
            }
        }

        @Test func aGatewayIsReachedThoughItsFirstAddressIsSilent() async throws {
            try await Bench.run(Bench.local + "\ndelivery: {connect_timeout: 2s}", withFaults: true) { bench in
                // The resolver's answer: 127.0.0.2, then 127.0.0.1.
                let port = try #require(bench.gateway.url.split(separator: ":").last?.split(separator: "/").first)
                let silent = try SilentAddress(2, port: try #require(UInt16(port)))
                defer { withExtendedLifetime(silent) {} }
                try await bench.register(url: "http://two.invalid:\(port)/_matrix/push/v1/notify")
                try await bench.submit(Bench.message("$1"), as: "t")
                try await bench.waitForAccepted(1)
                #expect(try await bench.status()["gateways"]?["down"]?.integer == 0)
            }
        }

        @Test func aNameThatDoesNotExistTakesItsGatewayDownAndCountsNoAttempt() async throws {
            let configuration = Bench.local + "\ndelivery: {probe_initial: 20ms, probe_max: 100ms}"
            try await Bench.run(configuration, withFaults: true) { bench in
                try await register(on: bench)
                try await bench.submit(Bench.message("$lost", to: Self.users), Bench.message("$1"), as: "t")
                try await bench.waitForAccepted(1)
                try await waitUntil("all those gateways to be down") {
                    try await bench.status()["gateways"]?["down"]?.integer == Int64(Self.count)
                }
                let notifications = try await bench.notifications()
                #expect(notifications.count == Self.count)
                #expect(notifications.allSatisfy { $0["attempts"]?.integer == 0 })
                #expect(notifications[0]["last_error"]?.string?.hasPrefix("dns") == true, "\(notifications[0])")
            }
        }
    }
}
