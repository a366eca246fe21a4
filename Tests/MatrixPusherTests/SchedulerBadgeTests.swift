import Testing

@testable import MatrixPusher

/// Counts-only pushes and cancelled notifications between failures and registrations.
@Suite struct SchedulerBadgeTests {
    @Test func `Attempts of a counts-only push are not those of the notification that overtakes it`() throws {
        let fixture = SchedulerFixture()
        let slot = fixture.addPusher()
        fixture.scheduler.setBadge(slot, at: fixture.now, now: fixture.now)
        let badge = try #require(fixture.take().first)
        #expect(badge.badge != nil)
        fixture.settle(badge, .refuse)
        #expect(fixture.scheduler.refusals(slot) == 1)
        fixture.now += 100
        fixture.enqueue(slot)
        fixture.now += 100
        fixture.scheduler.setBadge(slot, at: fixture.now, now: fixture.now)
        #expect(fixture.scheduler.refusals(slot) == 0)
    }

    @Test func `Counts that change within the millisecond of a counts-only push in flight are sent`() throws {
        let fixture = SchedulerFixture()
        let slot = fixture.addPusher()
        fixture.scheduler.setBadge(slot, at: fixture.now, now: fixture.now)
        let badge = try #require(fixture.take().first)
        fixture.scheduler.setBadge(slot, at: fixture.now, now: fixture.now)
        #expect(fixture.settle(badge, .done) == .none)
        let second = try #require(fixture.take().first)
        #expect(
            fixture.settle(second, .done) == .badgeEnded(isAccepted: true, recovered: false, askedAt: second.badge ?? 0)
        )
        #expect(fixture.take().isEmpty)
    }

    @Test func `A pusher that hides its counts loses its counts-only push`() {
        let fixture = SchedulerFixture()
        let slot = fixture.addPusher()
        fixture.scheduler.setBadge(slot, at: fixture.now, now: fixture.now)
        fixture.scheduler.setHidesCounts(slot, true)
        #expect(fixture.take().isEmpty)
        #expect(fixture.lane()?.held == 0)
        let isWanted = fixture.scheduler.setBadge(slot, at: fixture.now, now: fixture.now)
        #expect(!isWanted)
    }

    @Test func `What is in flight from before a pusher was out of service shields nothing from being cancelled`() throws
    {
        let fixture = SchedulerFixture()
        let slot = fixture.addPusher(queued: 1)
        let former = try #require(fixture.take().first)
        _ = fixture.scheduler.removePusher(slot)
        fixture.scheduler.addPusher(id: 1, userHash: 1, gateway: SchedulerFixture.gateway, isEnabled: true)
        let id = fixture.enqueue(slot)
        #expect(fixture.scheduler.inFlightNotification(of: slot) == nil)
        let cancelled = fixture.scheduler.cancel([id], of: slot, now: fixture.now)
        #expect(cancelled == [id])
        #expect(fixture.settle(former, .done) == .none)
        #expect(fixture.take().isEmpty)
    }
}
