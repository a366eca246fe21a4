import PushQueue
import Testing

@testable import MatrixPusher

/// Running out of time, clocks that jump, and going on after a restart.
struct SchedulerTimeTests {
    @Test(arguments: [DeliveryDecision.blameGateway(retryAfter: nil), .blamePusher(minimumDelay: 0)])
    func `What fails for as long as is patient is given up`(decision: DeliveryDecision) {
        let fixture = SchedulerFixture(giveUpAfter: 100_000, maxAge: .max)
        _ = fixture.addPusher(queued: 1)
        var settlement = Settlement.none
        while fixture.scheduler.items.count > 0 {
            let sends = fixture.take()
            for send in sends { settlement = fixture.settle(send, decision) }
            if sends.isEmpty, !fixture.advance() { break }
        }
        guard case .buried(4097, .gaveUp, let countsAttempt) = settlement else {
            Issue.record("\(settlement)")
            return
        }
        #expect(countsAttempt == (decision != .blameGateway(retryAfter: nil)))
        #expect(fixture.now >= SchedulerFixture.start + 100_000)
        #expect(fixture.now < SchedulerFixture.start + 240_000)
    }

    @Test func `A notification that came late in a long failure gets its own time`() {
        let fixture = SchedulerFixture(giveUpAfter: 100_000, maxAge: .max)
        let slot = fixture.addPusher(queued: 1)
        fixture.settle(fixture.take()[0], .blamePusher(minimumDelay: 90_000))
        fixture.now += 90_000
        fixture.enqueue(slot)
        fixture.now += 10_000
        fixture.settle(fixture.take()[0], .blamePusher(minimumDelay: 0))
        #expect(fixture.scheduler.items.count == 1)
        #expect(fixture.sweep().isEmpty)
        fixture.now += 90_000
        #expect(fixture.sweep().count == 1)
    }

    @Test func `The sweep ends what is too old, and what comes behind it goes`() {
        let fixture = SchedulerFixture(maxAge: 60_000)
        let slot = fixture.addPusher(queued: 3)
        fixture.settle(fixture.take()[0], .blamePusher(minimumDelay: 3_600_000))
        fixture.now += 50_000
        let young = fixture.enqueue(slot)
        #expect(fixture.sweep().isEmpty)
        fixture.now += 20_000
        let settlements = fixture.sweep()
        #expect(settlements.count == 3)
        for case .buried(_, let reason, _) in settlements { #expect(reason == .expired) }
        // The pusher's backoff goes on for the one that is left.
        #expect(fixture.take().isEmpty)
        #expect(fixture.lane()?.heldWaiting == 1)
        #expect(fixture.advance())
        fixture.now = max(fixture.now, SchedulerFixture.start + 3_600_000)
        #expect(fixture.take().map(\.notification) == [young])
    }

    @Test func `The sweep schedules what waited behind an expired hold-off`() {
        let fixture = SchedulerFixture(jitterDelay: 1000, maxAge: 60_000)
        let slot = fixture.addPusher(queued: 1)
        fixture.now += 61_000
        let young = fixture.enqueue(slot)
        #expect(fixture.sweep().count == 1)
        #expect(fixture.drain() == [young])
    }

    @Test func `The sweep leaves a request in flight alone`() {
        let fixture = SchedulerFixture(maxAge: 60_000)
        _ = fixture.addPusher(queued: 2)
        let send = fixture.take()[0]
        fixture.now += 70_000
        #expect(fixture.sweep() == [.buried(notification: 4098, reason: .expired, countsAttempt: false)])
        #expect(fixture.settle(send, .done) == .accepted(notification: 4097, hadFailures: false, isNews: true))
        #expect(fixture.scheduler.items.count == 0)
    }

    @Test func `The sweep does a bounded piece of work and goes on where it stopped`() {
        let fixture = SchedulerFixture(maxAge: 1000)
        for _ in 0..<7 { _ = fixture.addPusher(queued: 10) }
        fixture.now += 2000
        var total = 0
        for _ in 0..<20 {
            let count = fixture.sweep(limit: 6).count
            #expect(count <= 6)
            total += count
        }
        #expect(total == 70)
        #expect(fixture.scheduler.items.count == 0)
        #expect(fixture.lane()?.held == 0)
    }

    @Test func `A sweep of nothing is harmless`() {
        let fixture = SchedulerFixture()
        #expect(fixture.sweep().isEmpty)
        _ = fixture.addPusher(queued: 1)
        #expect(fixture.sweep(limit: 0).isEmpty)
    }

    @Test func `A clock that is set back does not lengthen the pauses`() {
        let fixture = SchedulerFixture()
        for _ in 0..<10 { _ = fixture.addPusher(queued: 2) }
        for send in fixture.take() { fixture.settle(send, .blameGateway(retryAfter: nil)) }
        _ = fixture.take()
        let other = fixture.addPusher(SchedulerFixture.otherGateway, queued: 1)
        fixture.settle(fixture.take()[0], .blamePusher(minimumDelay: 30_000))
        fixture.setClock(by: -3_600_000)
        #expect(fixture.take().isEmpty)
        fixture.now += 1000
        #expect(fixture.take().map(\.isProbe) == [true])
        fixture.now += 29_000
        #expect(fixture.take().map(\.slot) == [other])
    }

    @Test func `A clock that is set forward ends no pause, expires nothing and gives nothing up`() {
        let fixture = SchedulerFixture(giveUpAfter: 7_200_000, maxAge: 7_200_000)
        for _ in 0..<10 { _ = fixture.addPusher(queued: 2) }
        for send in fixture.take() { fixture.settle(send, .blameGateway(retryAfter: 30_000)) }
        let other = fixture.addPusher(SchedulerFixture.otherGateway, queued: 1)
        fixture.enqueue(other, lifetime: 3_601_000)
        fixture.settle(fixture.take()[0], .blamePusher(minimumDelay: 60_000))
        fixture.now += 3_000
        fixture.setClock(by: 10 * 3_600_000)
        #expect(fixture.take().isEmpty)
        #expect(fixture.sweep().isEmpty)
        #expect((3_000...3_063).contains(fixture.scheduler.oldestAge(now: fixture.now)))
        fixture.now += 27_000
        #expect(fixture.take().map(\.isProbe) == [true])
        fixture.now += 30_000
        #expect(fixture.take().map(\.slot) == [other])
        // Time that really passes counts.
        fixture.now += 3_541_000
        #expect(fixture.sweep().count == 1)
        fixture.now += 7_200_000
        #expect(fixture.sweep().count == 19)
    }

    @Test func `Restored failures and attempts go on where they were`() {
        let fixture = SchedulerFixture()
        let slot = fixture.addPusher()
        let since = fixture.now - 5000
        fixture.scheduler.restoreFailure(
            slot, PusherFailure(attempts: 3, failingSince: since, nextAttemptAt: fixture.now + 700))
        fixture.scheduler.restore(10, for: slot, queuedAt: since, refusals: 2, now: fixture.now)
        fixture.scheduler.restore(11, for: slot, queuedAt: since, refusals: 0, now: fixture.now)
        #expect(fixture.take().isEmpty)
        #expect(fixture.scheduler.refusals(slot) == 2)
        fixture.now += 700
        let send = fixture.take()[0]
        guard case .retried(10, true, let failure, let next) = fixture.settle(send, .refuse)
        else {
            Issue.record("not retried")
            return
        }
        #expect(failure.attempts == 4 && failure.refusals == 3 && failure.failingSince == since)
        #expect(next == fixture.now + 8000)
    }

    @Test func `A restored lane that is down is probed when it was to be`() {
        let fixture = SchedulerFixture()
        fixture.scheduler.restoreLane(
            LaneRecord(
                gateway: SchedulerFixture.gateway, failingSince: fixture.now - 9000, failures: 5,
                nextProbeAt: fixture.now + 700),
            now: fixture.now)
        let slot = fixture.addPusher()
        fixture.scheduler.restore(10, for: slot, queuedAt: fixture.now, refusals: 0, now: fixture.now)
        #expect(fixture.take().isEmpty)
        #expect(fixture.scheduler.nextDeadline() == fixture.now + 700)
        fixture.now += 700
        #expect(fixture.take().map(\.isProbe) == [true])
    }
}
