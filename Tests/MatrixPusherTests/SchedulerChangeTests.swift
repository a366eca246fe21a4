import PushQueue
import Testing

@testable import MatrixPusher

/// Pushers that are removed, set anew or disabled while something is queued for them.
struct SchedulerChangeTests {
    /// Where the pusher under test stands when it changes; its notifications are 4097 and 4098.
    enum Moment: CaseIterable, Sendable {
        case ready, inFlight, waiting, behindDownGateway
    }

    private func fixture(_ moment: Moment) -> (fixture: SchedulerFixture, slot: Int32, send: Scheduler.Send?) {
        let fixture = SchedulerFixture()
        let slot = fixture.addPusher(queued: 2)
        switch moment {
        case .ready:
            return (fixture, slot, nil)
        case .inFlight:
            return (fixture, slot, fixture.take()[0])
        case .waiting:
            fixture.settle(fixture.take()[0], .blamePusher(minimumDelay: 600_000))
            return (fixture, slot, nil)
        case .behindDownGateway:
            fixture.settle(fixture.take()[0], .blameGateway(retryAfter: 600_000))
            return (fixture, slot, nil)
        }
    }

    private func expectNothingHeld(_ fixture: SchedulerFixture) {
        for lane in fixture.scheduler.lanes {
            #expect(lane.held == 0 && lane.heldWaiting == 0 && lane.inFlight == 0)
        }
        #expect(fixture.scheduler.items.count == 0)
        #expect(fixture.scheduler.inFlight == 0)
    }

    @Test(arguments: Moment.allCases)
    func `A pusher that is removed leaves nothing behind`(moment: Moment) {
        let (fixture, slot, send) = fixture(moment)
        #expect(fixture.scheduler.removePusher(slot) == [4097, 4098])
        #expect(fixture.scheduler.slot(ofPusher: 1) == nil)
        #expect(fixture.scheduler.pusherCount == 0)
        #expect(fixture.lane()?.pushers == 0)
        if let send { #expect(fixture.settle(send, .done) == .none) }
        fixture.now += 3_600_000
        #expect(fixture.take().isEmpty)
        expectNothingHeld(fixture)
        #expect(fixture.scheduler.failures.isEmpty)
    }

    @Test(arguments: Moment.allCases)
    func `A pusher that is removed does not hold up the others of its gateway`(moment: Moment) {
        let (fixture, slot, send) = fixture(moment)
        let other = fixture.addPusher(queued: 1)
        _ = fixture.scheduler.removePusher(slot)
        if let send { fixture.settle(send, .done) }
        #expect(fixture.drain() == [4099])
        #expect(fixture.scheduler.pushers[Int(other)].queued == 0)
    }

    @Test func `A rejection removes the pusher with all that is queued for it`() {
        let (fixture, _, send) = fixture(.inFlight)
        let settlement = send.map { fixture.settle($0, .removePusher) }
        #expect(settlement == .removed(notifications: [4097, 4098]))
        expectNothingHeld(fixture)
    }

    @Test(arguments: Moment.allCases)
    func `A pusher set anew at another gateway goes on there at once`(moment: Moment) {
        let (fixture, slot, send) = fixture(moment)
        fixture.scheduler.replacePusher(slot, gateway: SchedulerFixture.otherGateway, isEnabled: true, now: fixture.now)
        #expect(fixture.scheduler.failures[slot] == nil)
        #expect(fixture.lane()?.held == 0)
        #expect(fixture.lane(SchedulerFixture.otherGateway)?.held == 2)
        if let send {
            #expect(fixture.take().isEmpty)
            #expect(fixture.lane()?.inFlight == 1)
            fixture.settle(send, .release)
        }
        let began = fixture.now
        let next = fixture.take()
        #expect(next.map(\.notification) == [4097])
        #expect(next.map(\.lane) == [1])
        for send in next { fixture.settle(send, .done) }
        #expect(fixture.drain() == [4098])
        #expect(fixture.now == began)
        expectNothingHeld(fixture)
    }

    @Test(arguments: Moment.allCases)
    func `A pusher set anew at the same gateway starts without failures`(moment: Moment) {
        let (fixture, slot, send) = fixture(moment)
        fixture.scheduler.replacePusher(slot, gateway: SchedulerFixture.gateway, isEnabled: true, now: fixture.now)
        #expect(fixture.scheduler.failures[slot] == nil)
        if let send { fixture.settle(send, .done) }
        #expect(fixture.drain() == (send == nil ? [4097, 4098] : [4098]))
        // Only the gateway's own pause is left to wait for.
        #expect(fixture.now == SchedulerFixture.start + (moment == .behindDownGateway ? 600_000 : 0))
        expectNothingHeld(fixture)
    }

    @Test(arguments: [
        DeliveryDecision.removePusher, .blamePusher(minimumDelay: 0), .blameGateway(retryAfter: nil), .reduce,
        .bury(.refused),
        .bury(.blockedAddress), .postpone(milliseconds: 60_000),
    ])
    func `What was answered to the former registration is not held against the new one`(decision: DeliveryDecision) {
        let (fixture, slot, send) = fixture(.inFlight)
        fixture.scheduler.replacePusher(slot, gateway: SchedulerFixture.otherGateway, isEnabled: true, now: fixture.now)
        #expect(send.map { fixture.settle($0, decision) } == Settlement.none)
        #expect(fixture.scheduler.failures[slot] == nil)
        #expect(fixture.drain() == [4097, 4098])
        #expect(fixture.now == SchedulerFixture.start)
    }

    @Test func `What the former gateway took is done`() {
        let (fixture, slot, send) = fixture(.inFlight)
        fixture.scheduler.replacePusher(slot, gateway: SchedulerFixture.otherGateway, isEnabled: true, now: fixture.now)
        #expect(
            send.map { fixture.settle($0, .done) } == .accepted(notification: 4097, hadFailures: false, isNews: true))
        #expect(fixture.drain() == [4098])
    }

    @Test func `The attempts of a pusher set anew are still known to be in the log`() {
        let (fixture, slot, _) = fixture(.waiting)
        fixture.scheduler.replacePusher(slot, gateway: SchedulerFixture.gateway, isEnabled: true, now: fixture.now)
        let first = fixture.settle(fixture.take()[0], .done)
        #expect(first == .accepted(notification: 4097, hadFailures: true, isNews: true))
        let second = fixture.settle(fixture.take()[0], .done)
        #expect(second == .accepted(notification: 4098, hadFailures: false, isNews: false))
    }

    @Test func `Everybody who leaves a dead gateway is served at once`() {
        let fixture = SchedulerFixture(maxInFlight: 100, window: 100)
        let slots = (0..<50).map { _ in fixture.addPusher(queued: 1) }
        for send in fixture.take() { fixture.settle(send, .blameGateway(retryAfter: nil)) }
        _ = fixture.take()
        for slot in slots.dropFirst(10) {
            fixture.scheduler.replacePusher(
                slot, gateway: SchedulerFixture.otherGateway, isEnabled: true, now: fixture.now)
        }
        var served = 0
        while true {
            let sends = fixture.take()
            if sends.isEmpty { break }
            for send in sends { fixture.settle(send, .done) }
            served += sends.count
        }
        #expect(served == 40)
        #expect(fixture.now == SchedulerFixture.start)
        #expect(fixture.lane()?.held == 10)
    }

    @Test(arguments: Moment.allCases)
    func `A disabled pusher keeps its queue and gets it when it is enabled again`(moment: Moment) {
        let (fixture, slot, send) = fixture(moment)
        fixture.scheduler.replacePusher(slot, gateway: SchedulerFixture.gateway, isEnabled: false, now: fixture.now)
        if let send { fixture.settle(send, .release) }
        fixture.enqueue(slot)
        fixture.now += 700_000
        #expect(fixture.take().isEmpty)
        #expect(fixture.scheduler.items.count == 3)
        fixture.scheduler.replacePusher(slot, gateway: SchedulerFixture.gateway, isEnabled: true, now: fixture.now)
        #expect(fixture.drain() == [4097, 4098, 4099])
        expectNothingHeld(fixture)
    }

    @Test func `What is queued for a disabled pusher expires`() {
        let fixture = SchedulerFixture(maxAge: 1000)
        _ = fixture.addPusher(queued: 3, isEnabled: false)
        fixture.now += 2000
        #expect(fixture.sweep().count == 3)
    }

    @Test(arguments: [true, false])
    func `A pusher that was removed can be added again under its id`(isInFlight: Bool) {
        let fixture = SchedulerFixture()
        let slot = fixture.addPusher(user: 7, queued: 2)
        _ = fixture.addPusher(user: 7)
        let send = isInFlight ? fixture.take()[0] : nil
        _ = fixture.scheduler.removePusher(slot)
        let again = fixture.scheduler.addPusher(
            id: 1, userHash: 7, gateway: SchedulerFixture.otherGateway, isEnabled: true)
        #expect(again == slot)
        #expect(fixture.scheduler.slot(ofPusher: 1) == slot)
        #expect(fixture.scheduler.pusherCount == 2)
        var ofUser: [Int32] = []
        fixture.scheduler.forEachPusher(ofUser: 7) { ofUser.append($0) }
        #expect(ofUser.sorted() == [0, 1])
        let notification = fixture.enqueue(slot)
        if let send {
            #expect(fixture.take().isEmpty)
            #expect(fixture.settle(send, .removePusher) == .none)
        }
        let next = fixture.take()
        #expect(next.map(\.notification) == [notification])
        #expect(next.map(\.lane) == [1])
        for send in next { fixture.settle(send, .done) }
        expectNothingHeld(fixture)
    }

    @Test func `Pushers are found by their ids, also among removed ones`() {
        let fixture = SchedulerFixture()
        let slots = (0..<100).map { _ in fixture.addPusher() }
        for slot in slots where slot % 3 == 0 { _ = fixture.scheduler.removePusher(slot) }
        for slot in slots { #expect(fixture.scheduler.slot(ofPusher: Int64(slot) + 1) == (slot % 3 == 0 ? nil : slot)) }
        #expect(fixture.scheduler.slot(ofPusher: 0) == nil)
        #expect(fixture.scheduler.slot(ofPusher: 101) == nil)
        #expect(fixture.scheduler.slot(ofPusher: .min) == nil)
        #expect(fixture.scheduler.slot(ofPusher: .max) == nil)
    }
}
