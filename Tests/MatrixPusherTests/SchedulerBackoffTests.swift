import PushQueue
import Testing

@testable import MatrixPusher

/// What happens when requests fail.
struct SchedulerBackoffTests {
    @Test func `A failed notification stays at the front and is tried again after the backoff`() {
        let fixture = SchedulerFixture()
        let slot = fixture.addPusher(queued: 2)
        for pause in [1000, 2000, 4000] as [Int64] {
            let send = fixture.take()[0]
            #expect(send.notification == 4097)
            let began = fixture.now
            guard
                case .retried(4097, true, let failure, began + pause) = fixture.settle(
                    send, .blamePusher(minimumDelay: 0))
            else {
                Issue.record("not retried after \(pause) ms")
                return
            }
            #expect(failure.nextAttemptAt == began + pause)
            #expect(fixture.take().isEmpty)
            fixture.now = began + pause - 1
            #expect(fixture.take().isEmpty)
            fixture.now += 1
        }
        #expect(fixture.scheduler.failures[slot]?.attempts == 3)
        #expect(fixture.scheduler.failures[slot]?.failingSince == SchedulerFixture.start)
        let send = fixture.take()[0]
        #expect(fixture.settle(send, .done) == .accepted(notification: 4097, hadFailures: true, isNews: true))
        #expect(fixture.scheduler.failures.isEmpty)
        #expect(
            fixture.settle(fixture.take()[0], .done) == .accepted(notification: 4098, hadFailures: false, isNews: false)
        )
    }

    @Test func `The least pause that an outcome asks for is kept`() {
        let fixture = SchedulerFixture()
        _ = fixture.addPusher(queued: 1)
        fixture.settle(fixture.take()[0], .blamePusher(minimumDelay: 300_000))
        #expect(fixture.scheduler.nextDeadline() == fixture.now + 300_000)
    }

    @Test func `A new notification does not bypass its pusher's backoff`() {
        let fixture = SchedulerFixture()
        let slot = fixture.addPusher(queued: 1)
        fixture.settle(fixture.take()[0], .blamePusher(minimumDelay: 0))
        fixture.enqueue(slot)
        #expect(fixture.take().isEmpty)
        #expect(fixture.lane()?.heldWaiting == 2)
        fixture.now += 1000
        #expect(fixture.take().map(\.notification) == [4097])
        #expect(fixture.lane()?.heldWaiting == 0)
    }

    @Test func `Another pusher of the same gateway goes on meanwhile`() {
        let fixture = SchedulerFixture()
        _ = fixture.addPusher(queued: 1)
        fixture.settle(fixture.take()[0], .blamePusher(minimumDelay: 0))
        let other = fixture.addPusher(queued: 1)
        #expect(fixture.take().map(\.slot) == [other])
    }

    /// Takes the first gateway down: four requests in flight, all of which fail.
    private func fixtureWithDownLane(pushers: Int = 10, queued: Int = 2) -> SchedulerFixture {
        let fixture = SchedulerFixture()
        for _ in 0..<pushers { _ = fixture.addPusher(queued: queued) }
        for send in fixture.take() { fixture.settle(send, .blameGateway(retryAfter: nil)) }
        return fixture
    }

    @Test func `A gateway that went down with all requests failing at once is probed when it is time`() {
        let fixture = fixtureWithDownLane()
        #expect(fixture.lane()?.policy.state == .down(nextProbeAt: fixture.now + 1000))
        #expect(fixture.take().isEmpty)
        #expect(fixture.scheduler.nextDeadline() == fixture.now + 1000)
        fixture.now += 1000
        let probes = fixture.take()
        #expect(probes.count == 1 && probes[0].isProbe)
        #expect(fixture.take().isEmpty)
    }

    @Test func `While a probe is under way nothing keeps the loops awake`() {
        let fixture = fixtureWithDownLane()
        _ = fixture.take()
        fixture.now += 1000
        #expect(fixture.take().count == 1)
        fixture.enqueue(9)
        fixture.now += 1
        #expect(fixture.take().isEmpty)
        #expect(!fixture.scheduler.hasReadyWork)
        #expect(fixture.scheduler.nextDeadline().map { $0 > fixture.now } ?? true)
    }

    @Test func `A new notification does not bypass a gateway that is down, nor does a new pusher`() {
        let fixture = fixtureWithDownLane()
        fixture.enqueue(9)
        _ = fixture.addPusher(queued: 1)
        #expect(fixture.take().isEmpty)
        fixture.now += 999
        #expect(fixture.take().isEmpty)
        fixture.now += 1
        #expect(fixture.take().count == 1)
    }

    @Test func `A gateway's failure counts no attempt of the notification`() {
        let fixture = fixtureWithDownLane(pushers: 1)
        #expect(fixture.scheduler.failures[0]?.attempts == 0)
        #expect(fixture.scheduler.failures[0]?.failingSince == fixture.now)
        fixture.now += 10_000
        let send = fixture.take()[0]
        guard case .retried(_, false, _, _) = fixture.settle(send, .blameGateway(retryAfter: nil)) else {
            Issue.record("the attempt was counted")
            return
        }
    }

    @Test func `A gateway that comes back gets everything`() {
        let fixture = fixtureWithDownLane()
        let sent = fixture.drain()
        #expect(sent.count == 20)
        #expect(Set(sent).count == 20)
        #expect(fixture.lane()?.policy.isHeld == false)
        #expect(fixture.scheduler.failures.isEmpty)
    }

    @Test func `An outage costs one probe at a time`() {
        let fixture = fixtureWithDownLane(pushers: 50)
        var probes = 0
        while fixture.now < SchedulerFixture.start + 3_600_000, fixture.advance() {
            for send in fixture.take() {
                probes += 1
                fixture.settle(send, .blameGateway(retryAfter: nil))
            }
        }
        #expect((60...70).contains(probes))
    }

    @Test func `Retry-After holds the gateway back from the first answer on, and then lets it go on`() {
        let fixture = SchedulerFixture()
        for _ in 0..<10 { _ = fixture.addPusher(queued: 1) }
        let sends = fixture.take()
        fixture.settle(sends[0], .blameGateway(retryAfter: 120_000))
        for send in sends.dropFirst() { fixture.settle(send, .blameGateway(retryAfter: nil)) }
        #expect(fixture.take().isEmpty)
        fixture.now += 119_999
        #expect(fixture.take().isEmpty)
        #expect(fixture.drain().count == 10)
        #expect(fixture.now >= SchedulerFixture.start + 120_000)
    }

    @Test func `A pause that is lengthened while the gateway is down is looked at again at its end`() {
        let fixture = SchedulerFixture()
        for _ in 0..<10 { _ = fixture.addPusher(queued: 1) }
        let sends = fixture.take()
        for send in sends.prefix(3) { fixture.settle(send, .blameGateway(retryAfter: nil)) }
        #expect(fixture.take().isEmpty)
        fixture.settle(sends[3], .blameGateway(retryAfter: 60_000))
        fixture.now += 1000
        #expect(fixture.take().isEmpty)
        #expect(fixture.scheduler.nextDeadline().map { $0 <= SchedulerFixture.start + 60_000 } == true)
        #expect(fixture.drain().count == 10)
    }

    @Test func `A failure of a gateway that is not down yet still makes the pusher wait`() {
        let fixture = SchedulerFixture()
        _ = fixture.addPusher(queued: 1)
        fixture.settle(fixture.take()[0], .blameGateway(retryAfter: nil))
        #expect(fixture.lane()?.policy.state == .up)
        #expect(fixture.take().isEmpty)
        fixture.now += 1000
        #expect(fixture.take().count == 1)
    }

    @Test(arguments: [DeliveryDecision.release, .postpone(milliseconds: 5000), .bury(.expired)])
    func `A probe that says nothing of the gateway is followed by another`(decision: DeliveryDecision) {
        let fixture = fixtureWithDownLane()
        fixture.now += 1000
        fixture.settle(fixture.take()[0], decision)
        let probes = fixture.take()
        #expect(probes.count == 1 && probes[0].isProbe)
    }

    @Test(arguments: [DeadLetter.Reason.refused, .tooLarge, .blockedAddress])
    func `Burying lets the next notification go at once`(reason: DeadLetter.Reason) {
        let fixture = SchedulerFixture()
        let slot = fixture.addPusher(queued: 2)
        fixture.settle(fixture.take()[0], .refuse)
        #expect(fixture.scheduler.refusals(slot) == 1)
        fixture.now += 1000
        guard case .buried(4097, reason, _) = fixture.settle(fixture.take()[0], .bury(reason)) else {
            Issue.record("not buried")
            return
        }
        #expect(fixture.scheduler.refusals(slot) == 0)
        #expect(fixture.take().map(\.notification) == [4098])
    }

    @Test func `A notification that is too large goes once more in the short format`() {
        let fixture = SchedulerFixture()
        _ = fixture.addPusher(queued: 2)
        let send = fixture.take()[0]
        #expect(!send.isReduced)
        guard case .retried(4097, true, _, _) = fixture.settle(send, .reduce) else {
            Issue.record("not tried again")
            return
        }
        let reduced = fixture.take()[0]
        #expect(reduced.isReduced && reduced.notification == 4097)
        fixture.settle(reduced, .done)
        let next = fixture.take()[0]
        #expect(!next.isReduced && next.notification == 4098)
    }

    @Test func `A shutdown leaves a notification where it was, uncounted`() {
        let fixture = SchedulerFixture()
        let slot = fixture.addPusher(queued: 1)
        #expect(fixture.settle(fixture.take()[0], .release) == .none)
        #expect(fixture.scheduler.failures[slot] == nil)
        #expect(fixture.take().map(\.notification) == [4097])
    }

    @Test func `What can not be sent for a reason of our own waits and counts nothing`() {
        let fixture = SchedulerFixture()
        let slot = fixture.addPusher(queued: 1)
        #expect(fixture.settle(fixture.take()[0], .postpone(milliseconds: 5000)) == .none)
        #expect(fixture.scheduler.failures[slot]?.attempts == 0)
        fixture.now += 4999
        #expect(fixture.take().isEmpty)
        fixture.now += 1
        #expect(fixture.take().count == 1)
    }
}
