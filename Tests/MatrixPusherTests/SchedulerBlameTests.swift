import Testing

@testable import MatrixPusher

/// Failures that may be a gateway's or its pushers', and gateways that fail now and then.
struct SchedulerBlameTests {
    /// Lets every request fail until the gateway is held back; returns how many that took.
    private func failures(of fixture: SchedulerFixture, _ decision: DeliveryDecision) throws -> Int {
        var count = 0
        while fixture.lane()?.policy.isHeld == false {
            let sends = fixture.take()
            for send in sends where fixture.lane()?.policy.isHeld == false {
                count += 1
                fixture.settle(send, decision)
            }
            if sends.isEmpty { try #require(fixture.advance()) }
            try #require(count < 1000)
        }
        return count
    }

    @Test(arguments: [(3, 3), (5, 4), (10, 8), (20, 16), (100, 16)])
    func `Server errors of most pushers take the gateway down`(pushers: Int, expected: Int) throws {
        let fixture = SchedulerFixture(maxInFlight: 64, window: 64)
        for _ in 0..<pushers { _ = fixture.addPusher(queued: 1) }
        #expect(try failures(of: fixture, .blameEither) == expected)
        #expect(fixture.lane()?.policy.state == .down(nextProbeAt: fixture.now + 1000))
        #expect(fixture.lane()?.policy.failingSince == fixture.now)
        #expect(fixture.scheduler.troubles.isEmpty)
        // The attempts count, and every pusher backs off.
        let tried = fixture.scheduler.failures.values.filter { $0.attempts == 1 && $0.nextAttemptAt > fixture.now }
        #expect(tried.count == expected)
    }

    @Test func `Nothing is sent soon through a gateway that is held back or far behind`() throws {
        let fixture = SchedulerFixture(maxInFlight: 64, window: 64)
        let slots = (0..<3).map { _ in fixture.addPusher(queued: 1) }
        let behind = fixture.addPusher(SchedulerFixture.otherGateway, queued: 16_383)
        #expect(fixture.scheduler.mayBeSentSoon(slots[0]) && fixture.scheduler.mayBeSentSoon(behind))
        fixture.enqueue(behind)
        #expect(!fixture.scheduler.mayBeSentSoon(behind))
        _ = try failures(of: fixture, .blameEither)
        #expect(!fixture.scheduler.mayBeSentSoon(slots[0]))
    }

    @Test func `Server errors of one pusher leave the gateway up, however many they are`() {
        let fixture = SchedulerFixture()
        for _ in 0..<2 { _ = fixture.addPusher(queued: 1) }
        let others = (0..<10).map { _ in fixture.addPusher() }
        for _ in 0..<20 {
            for send in fixture.take() { fixture.settle(send, send.slot < 2 ? .blameEither : .done) }
            #expect(fixture.lane()?.policy.isHeld == false)
            #expect(fixture.advance())
            fixture.enqueue(others[0])
        }
        #expect(fixture.scheduler.failures.count == 2)
    }

    @Test func `Success of all that failed ends the look at the pushers`() {
        let fixture = SchedulerFixture(window: 16)
        for _ in 0..<10 { _ = fixture.addPusher(queued: 1) }
        for _ in 0..<3 { for send in fixture.take() { fixture.settle(send, .blameEither) } }
        #expect(fixture.scheduler.troubles.count <= 1)
        _ = fixture.drain()
        #expect(fixture.scheduler.troubles.isEmpty)
    }

    @Test func `A server error neither widens the window nor begins the count of failures anew`() {
        let fixture = SchedulerFixture(maxInFlight: 64, window: 64)
        for _ in 0..<200 { _ = fixture.addPusher(queued: 1) }
        let sends = fixture.take()
        fixture.settle(sends[0], .blameGateway(retryAfter: nil))
        let window = fixture.lane()?.policy.window
        fixture.settle(sends[1], .blameEither)
        fixture.settle(sends[2], .blameGateway(retryAfter: nil))
        #expect(fixture.lane()?.policy.failures == 2)
        fixture.settle(sends[3], .blameGateway(retryAfter: nil))
        #expect(fixture.lane()?.policy.isHeld == true)
        #expect(window == 2)
    }

    @Test func `A probe that ends in a server error doubles the pause and counts for its pusher`() {
        let fixture = SchedulerFixture()
        for _ in 0..<10 { _ = fixture.addPusher(queued: 1) }
        for send in fixture.take() { fixture.settle(send, .blameGateway(retryAfter: nil)) }
        fixture.now += 1000
        let probe = fixture.take()[0]
        fixture.settle(probe, .blameEither)
        #expect(fixture.lane()?.policy.state == .down(nextProbeAt: fixture.now + 2000))
        #expect(fixture.scheduler.failures[probe.slot]?.attempts == 1)
    }

    @Test func `A gateway that fails every third request stays up and delivers all`() {
        let fixture = SchedulerFixture(maxInFlight: 64, window: 64)
        for _ in 0..<50 { _ = fixture.addPusher(queued: 20) }
        var requests = 0
        while fixture.scheduler.items.count > 0 {
            let sends = fixture.take()
            for send in sends {
                requests += 1
                fixture.settle(send, requests % 3 == 0 ? .blameGateway(retryAfter: nil) : .done)
                #expect(fixture.lane()?.policy.isHeld == false)
            }
            if sends.isEmpty, !fixture.advance() { break }
        }
        #expect(fixture.scheduler.items.count == 0)
        #expect(requests == 1500 - 1 || requests == 1500)
        #expect(fixture.scheduler.failures.isEmpty)
        // The pauses of single pushers do not add up.
        #expect(fixture.now < SchedulerFixture.start + 120_000)
    }

    @Test
    func `A pusher that alone meets failures of its gateway waits longer each time, up to the longest probe pause`() {
        let fixture = SchedulerFixture()
        let bad = fixture.addPusher(queued: 1)
        let good = fixture.addPusher()
        for pause in [1, 2, 4, 8, 16, 32, 60, 60] as [Int64] {
            fixture.settle(fixture.take()[0], .blameGateway(retryAfter: nil))
            fixture.enqueue(good)
            #expect(fixture.take().map(\.slot) == [good])
            fixture.settle(
                Scheduler.Send(
                    slot: good, lane: 0, notification: fixture.scheduler.pending(of: good)[0], badge: nil,
                    isReduced: false, isProbe: false),
                .done)
            fixture.now += pause * 1000 - 1
            #expect(fixture.take().isEmpty)
            fixture.now += 1
        }
        #expect(fixture.scheduler.failures[bad]?.attempts == 0)
        #expect(fixture.take().map(\.slot) == [bad])
    }
}
