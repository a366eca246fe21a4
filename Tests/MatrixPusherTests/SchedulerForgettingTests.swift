import PushQueue
import Testing

@testable import MatrixPusher

/// Lanes of gateways that nobody uses any more.
struct SchedulerForgettingTests {
    private func forget(_ fixture: SchedulerFixture) -> [String] {
        fixture.scheduler.forgetLanes(now: fixture.now, limit: 1000)
    }

    @Test func `A gateway that lost its last pusher is forgotten, and its place is used again`() {
        let fixture = SchedulerFixture()
        for number in 0..<100 {
            let slot = fixture.addPusher("https://g\(number).example:443", queued: 1)
            #expect(forget(fixture).isEmpty)
            #expect(fixture.scheduler.laneByName.count == 1)
            _ = fixture.scheduler.removePusher(slot)
            // A loop that finds nothing takes it out of turn first.
            #expect(fixture.take().isEmpty)
            #expect(forget(fixture).isEmpty)
            #expect(fixture.scheduler.laneByName.isEmpty)
        }
        #expect(fixture.scheduler.lanes.count == 1)
        #expect(forget(fixture).isEmpty)
        #expect(fixture.scheduler.freeLanes.count == 1)
    }

    @Test func `A gateway with a request in flight is remembered until that ends`() {
        let fixture = SchedulerFixture()
        let slot = fixture.addPusher(queued: 1)
        let send = fixture.take()[0]
        _ = fixture.scheduler.removePusher(slot)
        _ = forget(fixture)
        #expect(fixture.lane() != nil)
        fixture.settle(send, .done)
        _ = forget(fixture)
        #expect(fixture.lane() == nil)
    }

    @Test func `A pause outlives the last pusher, and its record goes when it is over`() {
        let fixture = SchedulerFixture()
        let slot = fixture.addPusher(queued: 1)
        fixture.settle(fixture.take()[0], .blameGateway(retryAfter: 60_000))
        _ = fixture.scheduler.removePusher(slot)
        fixture.now += 59_999
        #expect(forget(fixture).isEmpty)
        _ = fixture.addPusher(queued: 1)
        #expect(fixture.take().isEmpty)
        fixture.now += 1
        #expect(forget(fixture).isEmpty)
        for slot in fixture.scheduler.pushers.indices.dropFirst() { _ = fixture.scheduler.removePusher(Int32(slot)) }
        #expect(fixture.take().isEmpty)
        #expect(forget(fixture) == [SchedulerFixture.gateway])
        #expect(fixture.lane() == nil)
    }

    @Test func `Rejections are remembered for their ten minutes`() {
        let fixture = SchedulerFixture()
        _ = fixture.addPusher(queued: 1)
        fixture.settle(fixture.take()[0], .removePusher)
        fixture.now += 599_000
        _ = forget(fixture)
        #expect(fixture.lane() != nil)
        fixture.now += 60_000
        _ = forget(fixture)
        #expect(fixture.lane() == nil)
        #expect(fixture.scheduler.rejections.isEmpty)
    }

    @Test func `A lane in a place that was used before waits for its own moments`() {
        let fixture = SchedulerFixture()
        let slot = fixture.addPusher(queued: 1)
        fixture.settle(fixture.take()[0], .blameGateway(retryAfter: 5000))
        _ = fixture.take()
        _ = fixture.scheduler.removePusher(slot)
        fixture.now += 5000
        _ = forget(fixture)
        let other = fixture.addPusher(SchedulerFixture.otherGateway, queued: 2)
        #expect(fixture.scheduler.pushers[Int(other)].lane == 0)
        fixture.settle(fixture.take()[0], .blameGateway(retryAfter: 60_000))
        #expect(fixture.take().isEmpty)
        fixture.now += 59_999
        #expect(fixture.take().isEmpty)
        fixture.now += 1
        #expect(fixture.take().map(\.isProbe) == [true])
    }

    @Test func `The look at the lanes is bounded and goes on where it stopped`() {
        let fixture = SchedulerFixture()
        for number in 0..<50 {
            _ = fixture.scheduler.removePusher(fixture.addPusher("https://g\(number).example:443"))
        }
        for round in 1...5 {
            _ = fixture.scheduler.forgetLanes(now: fixture.now, limit: 10)
            #expect(fixture.scheduler.laneByName.count == 50 - 10 * round)
        }
    }
}
