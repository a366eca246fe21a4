import PushQueue
import Testing

@testable import MatrixPusher

/// A gateway that suddenly rejects many pushkeys.
struct SchedulerSuspicionTests {
    /// A gateway with so many pushers that rejects every pushkey until it is suspected.
    private func suspected(pushers: Int = 50) throws -> (fixture: SchedulerFixture, removed: Int) {
        let fixture = SchedulerFixture(maxInFlight: 64, window: 4)
        for _ in 0..<pushers { _ = fixture.addPusher(queued: 2) }
        var removed = 0
        while fixture.lane()?.policy.state.isSuspect == false {
            let sends = fixture.take()
            try #require(!sends.isEmpty)
            for send in sends {
                guard case .removed = fixture.settle(send, .removePusher) else { continue }
                removed += 1
            }
        }
        return (fixture, removed)
    }

    @Test func `The twenty-first rejection is not believed`() throws {
        let (fixture, removed) = try suspected()
        #expect(removed == 20)
        #expect(fixture.scheduler.pusherCount == 30)
        #expect(fixture.lane()?.policy.state == .suspect(nextProbeAt: fixture.now + 60_000))
        #expect(fixture.lane()?.policy.failingSince == fixture.now)
        #expect(fixture.take().isEmpty)
    }

    @Test(arguments: [5, 20])
    func `A small gateway may reject all of its pushers`(pushers: Int) {
        let fixture = SchedulerFixture()
        for _ in 0..<pushers { _ = fixture.addPusher(queued: 1) }
        for _ in 0..<pushers {
            for send in fixture.take() { fixture.settle(send, .removePusher) }
        }
        #expect(fixture.scheduler.pusherCount == 0)
        #expect(fixture.lane()?.policy.state.isSuspect == false)
    }

    @Test func `A tenth of a large gateway's pushers may go`() throws {
        #expect(try suspected(pushers: 500).removed == 50)
    }

    @Test func `A notification whose pusher is not removed stays, and no attempt counts`() throws {
        let (fixture, _) = try suspected()
        fixture.now += 60_000
        let probe = try #require(fixture.take().first)
        #expect(probe.isProbe)
        let settlement = fixture.settle(probe, .removePusher)
        guard case .retried(probe.notification, countsAttempt: false, let failure, let next) = settlement else {
            Issue.record("\(settlement)")
            return
        }
        #expect(failure.attempts == 0 && failure.refusals == 0 && failure.failingSince == fixture.now)
        #expect(next == failure.nextAttemptAt)
        #expect(fixture.scheduler.pending(of: probe.slot).first == probe.notification)
    }

    @Test func `A suspected gateway gets one request a minute, of another pusher each time`() throws {
        let (fixture, _) = try suspected()
        var slots: Set<Int32> = []
        for _ in 0..<10 {
            #expect(fixture.take().isEmpty)
            fixture.now += 59_999
            #expect(fixture.take().isEmpty)
            fixture.now += 1
            let probes = fixture.take()
            #expect(probes.count == 1)
            for probe in probes {
                slots.insert(probe.slot)
                fixture.settle(probe, .removePusher)
            }
        }
        #expect(slots.count == 10)
        #expect(fixture.scheduler.pusherCount == 30)
    }

    @Test(
        arguments: [
            DeliveryDecision.refuse, .blameEither, .blamePusher(minimumDelay: 0), .blameGateway(retryAfter: nil),
            .reduce, .bury(.refused), .removePusher,
        ])
    func `Only acceptance ends the suspicion`(decision: DeliveryDecision) throws {
        let (fixture, _) = try suspected()
        fixture.now += 60_000
        fixture.settle(fixture.take()[0], decision)
        #expect(fixture.lane()?.policy.state == .suspect(nextProbeAt: fixture.now + 60_000))
    }

    @Test func `A suspected gateway may ask for a longer pause`() throws {
        let (fixture, _) = try suspected()
        fixture.now += 60_000
        fixture.settle(fixture.take()[0], .blameGateway(retryAfter: 300_000))
        #expect(fixture.lane()?.policy.state == .suspect(nextProbeAt: fixture.now + 300_000))
    }

    @Test func `A late acceptance does not end the suspicion`() throws {
        let fixture = SchedulerFixture(maxInFlight: 64, window: 4)
        for _ in 0..<50 { _ = fixture.addPusher(queued: 1) }
        var sends = fixture.take()
        let late = sends.removeFirst()
        while fixture.lane()?.policy.state.isSuspect == false {
            try #require(!sends.isEmpty)
            for send in sends { fixture.settle(send, .removePusher) }
            sends = fixture.take()
        }
        fixture.settle(late, .done)
        #expect(fixture.lane()?.policy.state == .suspect(nextProbeAt: fixture.now + 60_000))
    }

    @Test func `After the suspicion a dead key holds up only itself, longer each time, and stays`() throws {
        let (fixture, _) = try suspected()
        fixture.now += 3_600_000
        fixture.settle(fixture.take()[0], .done)
        #expect(fixture.lane()?.policy.state == .ramping)
        #expect(fixture.lane()?.policy.window == 4)
        let first = fixture.take()
        #expect(first.count == 4)
        for send in first.dropFirst() { fixture.settle(send, .done) }
        var dead = first[0]
        for pause in [1, 2, 4, 8, 16, 32, 64] as [Int64] {
            guard case .retried(_, countsAttempt: false, let failure, _) = fixture.settle(dead, .removePusher) else {
                Issue.record("removed")
                return
            }
            #expect(failure.nextAttemptAt == fixture.now + pause * 1000 && failure.attempts == 0)
            #expect(fixture.lane()?.policy.isHeld == false)
            while case let others = fixture.take(), !others.isEmpty {
                for send in others { fixture.settle(send, .done) }
            }
            fixture.now += pause * 1000
            let sends = fixture.take()
            #expect(sends.map(\.slot) == [dead.slot])
            dead = try #require(sends.first)
        }
        #expect(fixture.scheduler.pusherCount == 30)
    }

    @Test func `After the suspicion it takes as many other keys as before to bring it back, and removes nobody`() throws
    {
        let (fixture, _) = try suspected(pushers: 100)
        #expect(fixture.scheduler.pusherCount == 80)
        fixture.now += 60_000
        fixture.settle(fixture.take()[0], .done)
        var rejected = 0
        while fixture.lane()?.policy.state.isSuspect == false, fixture.now < SchedulerFixture.start + 600_000 {
            for send in fixture.take() where fixture.lane()?.policy.state.isSuspect == false {
                fixture.settle(send, .removePusher)
                rejected += 1
            }
            fixture.now += 10
        }
        #expect(rejected == 21)
        #expect(fixture.scheduler.pusherCount == 80)
    }

    @Test func `Ten quiet minutes after the suspicion a rejection is believed again`() throws {
        let (fixture, _) = try suspected()
        fixture.now += 60_000
        fixture.settle(fixture.take()[0], .done)
        fixture.now += 700_000
        guard case .removed = fixture.settle(fixture.take()[0], .removePusher) else {
            Issue.record("not removed")
            return
        }
        #expect(fixture.lane()?.policy.state == .ramping)
    }

    @Test func `A rejection of a former registration is no rejection`() throws {
        let fixture = SchedulerFixture(maxInFlight: 64, window: 64)
        let slots = (0..<40).map { _ in fixture.addPusher(queued: 1) }
        for _ in 0..<10 {
            for send in fixture.take() {
                fixture.scheduler.replacePusher(
                    send.slot, gateway: SchedulerFixture.gateway, isEnabled: true, now: fixture.now)
                #expect(fixture.settle(send, .removePusher) == .none)
            }
        }
        #expect(fixture.scheduler.pusherCount == slots.count)
        #expect(fixture.lane()?.policy.state.isSuspect == false)
        #expect(fixture.scheduler.rejections.isEmpty)
    }

    @Test func `Rejections from before a restart count`() {
        let fixture = SchedulerFixture()
        for _ in 0..<30 { _ = fixture.addPusher(queued: 1) }
        for _ in 0..<18 { fixture.scheduler.restoreRejection(by: SchedulerFixture.gateway, at: fixture.now - 1000) }
        fixture.scheduler.restoreRejection(by: "https://gone.example:443", at: fixture.now)
        for send in fixture.take() { fixture.settle(send, .removePusher) }
        #expect(fixture.scheduler.pusherCount == 28)
        #expect(fixture.lane()?.policy.state.isSuspect == true)
    }

    @Test func `A restored suspicion goes on, and removes nobody after it either`() {
        let fixture = SchedulerFixture()
        fixture.scheduler.restoreLane(
            LaneRecord(
                gateway: SchedulerFixture.gateway, failingSince: fixture.now - 9000, failures: 0,
                nextProbeAt: fixture.now + 700, isSuspect: true),
            now: fixture.now)
        for _ in 0..<30 { _ = fixture.addPusher(queued: 1) }
        fixture.scheduler.rampUp()
        #expect(fixture.take().isEmpty)
        fixture.now += 700
        fixture.settle(fixture.take()[0], .removePusher)
        #expect(fixture.lane()?.policy.state == .suspect(nextProbeAt: fixture.now + 60_000))
        fixture.now += 60_000
        fixture.settle(fixture.take()[0], .done)
        fixture.settle(fixture.take()[0], .removePusher)
        #expect(fixture.scheduler.pusherCount == 30)
    }

    @Test func `Counts-only pushes fare alike`() throws {
        let (fixture, _) = try suspected()
        let slot = fixture.addPusher()
        for index in fixture.scheduler.pushers.indices.dropLast() {
            let slot = Int32(index)
            if fixture.scheduler.slot(ofPusher: fixture.scheduler.pushers[index].id) != nil {
                _ = fixture.scheduler.removePusher(slot)
            }
        }
        fixture.scheduler.setBadge(slot, at: fixture.now, now: fixture.now)
        fixture.now += 60_000
        let probe = try #require(fixture.take().first)
        #expect(probe.badge != nil && probe.isProbe)
        guard case .badgeRetried = fixture.settle(probe, .removePusher) else {
            Issue.record("not tried again")
            return
        }
        #expect(fixture.scheduler.pusherCount == 1)
    }
}
