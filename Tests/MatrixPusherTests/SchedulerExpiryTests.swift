import PushQueue
import Testing

@testable import MatrixPusher

/// Notifications that are of no use any more, also behind a gateway that is down.
struct SchedulerExpiryTests {
    /// The notifications that a sweep ends as expired.
    private func expired(_ fixture: SchedulerFixture, limit: Int = 1000) -> [Int64] {
        fixture.sweep(limit: limit).compactMap {
            guard case .buried(let id, .expired, countsAttempt: false) = $0 else { return nil }
            return id
        }
    }

    /// A gateway that is down for fifteen minutes.
    private func held() -> SchedulerFixture {
        let fixture = SchedulerFixture(maxAge: 86_400_000)
        _ = fixture.addPusher(queued: 1)
        fixture.settle(fixture.take()[0], .blameGateway(retryAfter: 900_000))
        return fixture
    }

    @Test func `A call whose time is over ends while its gateway is down, wherever it is in the queue`() {
        let fixture = held()
        let slot = fixture.addPusher()
        let ids = [
            fixture.enqueue(slot, lifetime: 60_000), fixture.enqueue(slot), fixture.enqueue(slot, lifetime: 30_000),
        ]
        let other = fixture.addPusher()
        let single = fixture.enqueue(other, lifetime: 30_000)
        fixture.now += 29_999
        #expect(expired(fixture).isEmpty)
        fixture.now += 1
        #expect(Set(expired(fixture)) == [ids[2], single])
        fixture.now += 30_000
        #expect(expired(fixture) == [ids[0]])
        #expect(fixture.scheduler.pending(of: slot) == [ids[1]])
        #expect(fixture.lane()?.held == 2)
        #expect(fixture.scheduler.items.lifetimes.count == 0)
        #expect(Set(fixture.drain()) == [4097, ids[1]])
    }

    @Test func `However many moments a long queue has, a sweep looks at a limited part of it`() {
        let fixture = held()
        let (long, other) = (fixture.addPusher(), fixture.addPusher())
        for _ in 0..<200 { fixture.enqueue(long) }
        let deep = (0..<50).map { fixture.enqueue(long, lifetime: 1000 + Int64($0)) }
        fixture.now += 1
        let near = fixture.enqueue(other, lifetime: 2000)
        fixture.now += 2000
        // All looks go to the long queue at first, in vain, and then not for a minute.
        #expect(expired(fixture, limit: 100).isEmpty)
        fixture.now += 1000
        #expect(expired(fixture, limit: 100) == [near])
        fixture.now += 1000
        #expect(expired(fixture, limit: 1000).isEmpty)
        fixture.now += 60_000
        #expect(expired(fixture, limit: 1000) == deep)
        #expect(fixture.scheduler.items.lifetimes.count == 0)
    }

    @Test func `A call that was delivered is forgotten`() {
        let fixture = SchedulerFixture()
        let slot = fixture.addPusher()
        for _ in 0..<5 { fixture.enqueue(slot, lifetime: 60_000) }
        #expect(fixture.drain().count == 5)
        #expect(fixture.scheduler.items.lifetimes.count == 0)
        fixture.now += 60_000
        #expect(fixture.sweep().isEmpty)
    }

    @Test func `A request in flight goes on; if it fails, its notification ends`() {
        let fixture = SchedulerFixture()
        let slot = fixture.addPusher()
        let call = fixture.enqueue(slot, lifetime: 1000)
        let send = fixture.take()[0]
        fixture.now += 2000
        #expect(fixture.sweep().isEmpty)
        fixture.settle(send, .blameGateway(retryAfter: 60_000))
        #expect(fixture.sweep().isEmpty)
        fixture.now += 1000
        #expect(expired(fixture) == [call])
        #expect(fixture.scheduler.items.count == 0)
    }

    @Test(arguments: [1_000_000, 1000, 0] as [Int64])
    func `What is taken when its time is over is not to be sent`(lifetime: Int64) {
        let fixture = SchedulerFixture(maxAge: 2000)
        let slot = fixture.addPusher()
        fixture.enqueue(slot, lifetime: lifetime)
        fixture.now += 2100
        let send = fixture.take()[0]
        #expect(send.isExpired)
        let window = fixture.lane()?.policy
        guard
            case .buried(send.notification, .expired, _) = fixture.scheduler.settle(
                send, .bury(.expired), wasSent: false, now: fixture.now, random: 0.5)
        else {
            Issue.record("not buried")
            return
        }
        #expect(fixture.lane()?.policy.state == window?.state)
        fixture.enqueue(slot)
        #expect(fixture.take().map(\.isExpired) == [false])
    }

    @Test func `Each priority has its own time, also behind the other`() {
        let fixture = SchedulerFixture(maxAge: 600_000, maxAgeLow: 60_000)
        let slot = fixture.addPusher(queued: 1)
        fixture.settle(fixture.take()[0], .blamePusher(minimumDelay: 3_600_000))
        let ids = (0..<6).map { fixture.enqueue(slot, isHighPriority: $0 % 2 == 0) }
        fixture.now += 60_100
        #expect(expired(fixture) == [ids[1], ids[3], ids[5]])
        #expect(fixture.scheduler.pending(of: slot) == [4097, ids[0], ids[2], ids[4]])
        #expect(fixture.lane()?.heldWaiting == 4)
        fixture.now += 540_000
        #expect(expired(fixture) == [4097, ids[0], ids[2], ids[4]])
        #expect(fixture.lane()?.heldWaiting == 0 && fixture.lane()?.held == 0)
    }

    @Test func `A low priority may live longer than a high one`() {
        let fixture = SchedulerFixture(maxAge: 60_000, maxAgeLow: 600_000)
        let slot = fixture.addPusher()
        let ids = [fixture.enqueue(slot, isHighPriority: false), fixture.enqueue(slot), fixture.enqueue(slot)]
        fixture.now += 60_100
        #expect(expired(fixture) == [ids[1], ids[2]])
        #expect(fixture.drain() == [ids[0]])
    }

    @Test func `A sweep ends no more than it may, and comes back for the rest`() {
        let fixture = held()
        let slot = fixture.addPusher()
        for _ in 0..<25 { fixture.enqueue(slot, lifetime: 1000) }
        fixture.now += 1000
        var total = 0
        for _ in 0..<10 {
            let count = expired(fixture, limit: 6).count
            #expect(count <= 6)
            total += count
            fixture.now += 1000
        }
        #expect(total == 25)
    }

    @Test func `A lifetime beyond the priority's time takes no room`() {
        let fixture = SchedulerFixture(maxAge: 60_000)
        let slot = fixture.addPusher()
        fixture.enqueue(slot, lifetime: 60_000)
        #expect(fixture.scheduler.items.lifetimes.count == 0)
        #expect(fixture.take().map(\.isExpired) == [false])
    }

    @Test func `What was queued before the start keeps its priority and lifetime`() {
        let fixture = SchedulerFixture(maxAge: 600_000, maxAgeLow: 60_000)
        let slot = fixture.addPusher()
        let since = fixture.now - 50_000
        fixture.scheduler.restore(10, for: slot, queuedAt: since, refusals: 0, isHighPriority: true, now: fixture.now)
        fixture.scheduler.restore(11, for: slot, queuedAt: since, refusals: 0, isHighPriority: false, now: fixture.now)
        fixture.scheduler.restore(
            12, for: slot, queuedAt: since, refusals: 0, isHighPriority: true, expiresAt: fixture.now + 20_000,
            now: fixture.now)
        fixture.now += 10_100
        #expect(expired(fixture) == [11])
        fixture.now += 10_000
        #expect(expired(fixture) == [12])
    }

    @Test func `Expiry of the front lets the next begin with no refusals and keeps the pusher's backoff`() {
        let fixture = SchedulerFixture(maxAge: 600_000)
        let slot = fixture.addPusher()
        fixture.enqueue(slot, lifetime: 10_000)
        let next = fixture.enqueue(slot)
        fixture.settle(fixture.take()[0], .refuse)
        fixture.settle(
            {
                fixture.now += 1000
                return fixture.take()[0]
            }(), .blamePusher(minimumDelay: 30_000))
        fixture.now += 9000
        #expect(expired(fixture).count == 1)
        #expect(fixture.scheduler.refusals(slot) == 0)
        #expect(fixture.take().isEmpty)
        fixture.now += 21_000
        #expect(fixture.take().map(\.notification) == [next])
    }
}
