import Testing

@testable import MatrixPusher

/// Who waits for whom: gateways for each other, and users of one gateway.
@Suite(.serialized)
struct FairnessSimulationTests {
    private static let slow = SimulatedGateway(name: "https://slow.example:443", pushers: 1000, latency: 5000...10_000)
    private static let fast = SimulatedGateway(name: "https://fast.example:443", pushers: 2000)

    @Test func `Of two gateways with a backlog a slow one takes no more than half of the slots`() async throws {
        var scenario = Scenario(
            gateways: [Self.slow, Self.fast],
            traffic: [Traffic(initial: 500, interval: 1, end: 1), Traffic(initial: 60_000, interval: 1, end: 1)])
        scenario.configuration.delivery.maxInFlight = 64
        let report = try await onOwnThread { [scenario] in try World(scenario).run() }
        print("simulation: a slow and a fast gateway share 64 slots: \(report)")
        #expect(report.accepted == 60_500)
        #expect(report.gateways.allSatisfy { (20...32).contains($0.mostInFlight) })
        // A third of the slots would need 60,000 × 100 ms / 21.
        #expect(report.gateways[1].slowest < 285_000)
    }

    @Test func `Gateways that hang, however many, leave room for another`() async throws {
        let trouble: Range<Int64> = 60_000..<600_000
        let hanging = (0..<4).map { index in
            SimulatedGateway(
                name: "https://hanging\(index).example:443", pushers: 1000, trouble: .silence, troubleTime: trouble)
        }
        let traffic = Traffic(initial: 4000, interval: 20, end: 120_000)
        let other = Traffic(initial: 20, interval: 4000, burst: 20, end: trouble.upperBound)
        let scenario = Scenario(
            gateways: hanging + [Self.fast], traffic: hanging.map { _ in traffic } + [other])
        let report = try await onOwnThread { try World(scenario).run() }
        print("simulation: four gateways hang at the same time: \(report)")
        #expect(report.accepted == report.notifications)
        #expect(report.gateways[4].slowest < 1000)
    }

    @Test func `A user with a long queue on several devices holds nobody up in the same lane`() {
        let fixture = SchedulerFixture(maxInFlight: 4, window: 4)
        let flooded = (0..<3).map { _ in fixture.addPusher(user: 1, queued: 1000) }
        var waiting = Set((0..<50).map { fixture.addPusher(user: 100 + $0, queued: 1) })
        var ofFlooded = 0
        while !waiting.isEmpty {
            let sends = fixture.take()
            #expect(!sends.isEmpty)
            for send in sends {
                if flooded.contains(send.slot) { ofFlooded += 1 }
                waiting.remove(send.slot)
                fixture.settle(send, .done)
            }
        }
        // Each device had a turn before the others, and one beside the last of them.
        #expect(ofFlooded <= 6)
    }
}
