import Testing

@testable import MatrixPusher

/// Order, concurrency and fairness while gateways work.
struct SchedulerOrderTests {
    @Test func `A pusher's notifications go in the order they came, one at a time`() {
        let fixture = SchedulerFixture()
        let slot = fixture.addPusher()
        let queued = (0..<5).map { _ in fixture.enqueue(slot) }
        for notification in queued {
            let sends = fixture.take()
            #expect(sends.map(\.notification) == [notification])
            #expect(fixture.take().isEmpty)
            #expect(
                fixture.settle(sends[0], .done)
                    == .accepted(notification: notification, hadFailures: false, isNews: notification == queued[0]))
        }
        #expect(fixture.take().isEmpty)
        #expect(fixture.scheduler.items.count == 0)
    }

    @Test func `What comes while a request is in flight waits for its end`() {
        let fixture = SchedulerFixture()
        let slot = fixture.addPusher(queued: 1)
        let send = fixture.take()[0]
        let later = fixture.enqueue(slot)
        #expect(fixture.take().isEmpty)
        fixture.settle(send, .done)
        #expect(fixture.take().map(\.notification) == [later])
    }

    @Test func `A gateway gets as many requests as its window allows`() {
        let fixture = SchedulerFixture()
        for _ in 0..<10 { _ = fixture.addPusher(queued: 1) }
        let sends = fixture.take()
        #expect(sends.count == 4)
        #expect(fixture.take().isEmpty)
        fixture.settle(sends[0], .done)
        #expect(fixture.take().count == 1)
    }

    @Test func `The window grows while it holds work back`() {
        let fixture = SchedulerFixture(maxInFlight: 100, window: 8)
        for _ in 0..<20 { _ = fixture.addPusher(queued: 50) }
        var largest = 0
        for _ in 0..<40 {
            let sends = fixture.take()
            largest = max(largest, sends.count)
            for send in sends { fixture.settle(send, .done) }
        }
        #expect(largest == 8)
    }

    @Test func `No more than the capacity asked for is taken`() {
        let fixture = SchedulerFixture()
        for _ in 0..<10 { _ = fixture.addPusher(queued: 1) }
        #expect(fixture.take(0).isEmpty)
        #expect(fixture.scheduler.hasReadyWork)
        #expect(fixture.take(3).count == 3)
        #expect(fixture.scheduler.hasReadyWork)
        #expect(fixture.take(3).count == 1)
        #expect(!fixture.scheduler.hasReadyWork)
    }

    @Test func `All gateways together get no more than the maximum in flight`() {
        let fixture = SchedulerFixture(maxInFlight: 6)
        for gateway in 0..<8 { for _ in 0..<5 { _ = fixture.addPusher("https://g\(gateway):443", queued: 1) } }
        let sends = fixture.take()
        #expect(sends.count == 6)
        #expect(fixture.scheduler.inFlight == 6)
        #expect(!fixture.scheduler.hasReadyWork)
        #expect(fixture.take().isEmpty)
        fixture.settle(sends[0], .done)
        #expect(fixture.scheduler.hasReadyWork)
        #expect(fixture.take().count == 1)
    }

    @Test func `No gateway takes more than half of the slots while another has work`() {
        let fixture = SchedulerFixture(maxInFlight: 6, window: 100)
        // The first gateway's window is wide already.
        for _ in 0..<20 { _ = fixture.addPusher(queued: 100) }
        for _ in 0..<40 { for send in fixture.take() { fixture.settle(send, .done) } }
        #expect((fixture.lane()?.policy.window ?? 0) >= 6)
        #expect(fixture.take(3).count == 3)
        for _ in 0..<20 { _ = fixture.addPusher(SchedulerFixture.otherGateway, queued: 1) }
        // The first has its half already; of the rest the other takes no more than it leaves free.
        #expect(fixture.take().map(\.lane) == [1, 1])
    }

    @Test func `Gateways that hang together leave a slot for one that has none`() {
        let fixture = SchedulerFixture(maxInFlight: 16, window: 4)
        for gateway in 0..<10 { for _ in 0..<4 { _ = fixture.addPusher("https://g\(gateway):443", queued: 1) } }
        let other = fixture.addPusher(SchedulerFixture.otherGateway)
        #expect(fixture.take().count == 15)
        fixture.enqueue(other)
        #expect(fixture.take().map(\.slot) == [other])
    }

    @Test func `A gateway alone may take every slot`() {
        let fixture = SchedulerFixture(maxInFlight: 6, window: 100)
        for _ in 0..<20 { _ = fixture.addPusher(queued: 100) }
        for _ in 0..<40 { for send in fixture.take() { fixture.settle(send, .done) } }
        #expect(fixture.take().count == 6)
    }

    @Test(arguments: [(2, 1), (3, 1), (4, 2), (7, 3), (32, 16)])
    func `Half of the slots are free for work that comes while another gateway's requests hang`(maximum: Int, half: Int)
    {
        let fixture = SchedulerFixture(maxInFlight: maximum, window: 1000)
        for _ in 0..<50 { _ = fixture.addPusher(queued: 100) }
        for _ in 0..<40 { for send in fixture.take() { fixture.settle(send, .done) } }
        let other = fixture.addPusher(SchedulerFixture.otherGateway)
        #expect(fixture.take().count == half)
        #expect(fixture.take().isEmpty)
        fixture.enqueue(other)
        #expect(fixture.take().map(\.slot) == [other])
    }

    @Test func `A single slot serves all gateways in turn`() {
        let fixture = SchedulerFixture(maxInFlight: 1)
        _ = fixture.addPusher(queued: 2)
        _ = fixture.addPusher(SchedulerFixture.otherGateway, queued: 2)
        let lanes = (0..<4).flatMap { _ in
            fixture.take().map { send in
                fixture.settle(send, .done)
                return send.lane
            }
        }
        #expect(lanes == [0, 1, 0, 1])
    }

    @Test func `A gateway whose last rival is gone may take every slot`() {
        let fixture = SchedulerFixture(maxInFlight: 4, window: 8)
        for _ in 0..<4 { _ = fixture.addPusher(queued: 1) }
        let rival = fixture.addPusher(SchedulerFixture.otherGateway)
        #expect(fixture.take().count == 2)
        _ = fixture.scheduler.removePusher(rival)
        #expect(fixture.take().count == 2)
    }

    @Test func `A gateway that others left no room for goes on as soon as they do, while its own requests hang`() {
        let fixture = SchedulerFixture(maxInFlight: 4, window: 8)
        for _ in 0..<2 { _ = fixture.addPusher(SchedulerFixture.otherGateway, queued: 1) }
        let others = fixture.take()
        let own = (0..<4).map { _ in fixture.addPusher(queued: 1) }
        #expect(fixture.take().map(\.slot) == [own[0]])
        #expect(!fixture.scheduler.hasReadyWork)
        for send in others { fixture.settle(send, .done) }
        #expect(fixture.scheduler.hasReadyWork)
        #expect(fixture.take().map(\.slot) == [own[1]])
    }

    @Test(arguments: [1, 2, 3])
    func `Even very few slots leave work for every gateway`(maxInFlight: Int) {
        let fixture = SchedulerFixture(maxInFlight: maxInFlight)
        var expected = 0
        for gateway in 0..<4 {
            for _ in 0..<3 { _ = fixture.addPusher("https://g\(gateway):443", queued: 7) }
            expected += 21
        }
        #expect(fixture.drain().count == expected)
        #expect(fixture.scheduler.items.count == 0)
    }

    @Test func `Gateways take turns`() {
        let fixture = SchedulerFixture(maxInFlight: 4, window: 2)
        for gateway in 0..<4 { for _ in 0..<2 { _ = fixture.addPusher("https://g\(gateway):443", queued: 3) } }
        #expect(fixture.take().map(\.lane) == [0, 1, 2, 3])
    }

    @Test func `A gateway's pushers take turns, however long their queues are`() {
        let fixture = SchedulerFixture(maxInFlight: 1)
        let slots = (0..<3).map { _ in fixture.addPusher(queued: 4) }
        var order: [Int32] = []
        for _ in 0..<12 {
            let send = fixture.take()[0]
            order.append(send.slot)
            fixture.settle(send, .done)
        }
        #expect(order == Array(repeating: slots, count: 4).flatMap { $0 })
    }

    @Test func `A user with hundreds of pushers takes no turns from others`() {
        let fixture = SchedulerFixture(maxInFlight: 64, window: 4)
        for _ in 0..<300 { _ = fixture.addPusher(user: 1000, queued: 5) }
        let others = (1...20).map { fixture.addPusher(user: $0, queued: 5) }
        var sent: [Int32: Int] = [:]
        for _ in 0..<21 * 5 {
            guard let send = fixture.take(1).first else { break }
            sent[send.slot, default: 0] += 1
            fixture.settle(send, .done)
        }
        // Twenty-one users, five turns each.
        #expect(others.allSatisfy { sent[$0] == 5 })
        #expect(fixture.drain().count == 1495)
    }

    @Test func `Held counts what is pending for the gateway and returns to nothing`() {
        let fixture = SchedulerFixture()
        let slots = (0..<3).map { _ in fixture.addPusher(queued: 5) }
        #expect(fixture.lane()?.held == 15)
        #expect(fixture.lane()?.heldWaiting == 0)
        #expect(slots.allSatisfy { fixture.scheduler.pushers[Int($0)].queued == 5 })
        #expect(fixture.drain().count == 15)
        #expect(fixture.lane()?.held == 0)
        #expect(fixture.lane()?.inFlight == 0)
        #expect(fixture.scheduler.inFlight == 0)
    }

    @Test func `A hold-off delays every notification within its bound, the same each time`() {
        func moments() -> [Int64] {
            let fixture = SchedulerFixture(maxInFlight: 1000, window: 1000, jitterDelay: 60_000)
            for _ in 0..<100 { _ = fixture.addPusher(queued: 1) }
            #expect(fixture.take().count < 10)
            #expect(fixture.lane().map { $0.heldWaiting > 90 } == true)
            var moments: [Int64] = []
            while fixture.advance() {
                for send in fixture.take() {
                    moments.append(fixture.now)
                    fixture.settle(send, .done)
                }
            }
            #expect(fixture.lane()?.heldWaiting == 0)
            return moments
        }
        let first = moments()
        #expect(first == moments())
        #expect(first.allSatisfy { (SchedulerFixture.start - 62...SchedulerFixture.start + 60_000).contains($0) })
        #expect(Set(first).count > 50)
    }

    @Test func `Within a pusher the order is kept whatever the hold-offs are`() {
        let fixture = SchedulerFixture(jitterDelay: 60_000)
        let slot = fixture.addPusher()
        let queued = (0..<50).map { _ in fixture.enqueue(slot) }
        #expect(fixture.drain() == queued)
        #expect(fixture.now <= SchedulerFixture.start + 60_000)
    }

    @Test func `A success is news once an hour`() {
        let fixture = SchedulerFixture()
        let slot = fixture.addPusher()
        let minutes: [Int64] = [0, 1, 30, 40]
        let news = minutes.map { pause in
            fixture.now += pause * 60_000
            fixture.enqueue(slot)
            guard case .accepted(_, _, let isNews) = fixture.settle(fixture.take()[0], .done) else { return false }
            return isNews
        }
        #expect(news == [true, false, false, true])
    }

    @Test func `A new pusher knows the counts of the user's others`() {
        let fixture = SchedulerFixture()
        _ = fixture.addPusher(user: 7)
        fixture.scheduler.setCounts(ofUser: 7, .init(unread: 5, missedCalls: 2))
        let slot = Int(fixture.addPusher(user: 7))
        #expect(fixture.scheduler.pushers[slot].flags.contains(.hasCounts))
        #expect(fixture.scheduler.pushers[slot].unread == 5)
        #expect(fixture.scheduler.pushers[slot].missedCalls == 2)
        let stranger = Int(fixture.addPusher(user: 8))
        #expect(!fixture.scheduler.pushers[stranger].flags.contains(.hasCounts))
    }

    @Test func `The oldest age is that of the longest queued notification`() {
        let fixture = SchedulerFixture()
        #expect(fixture.scheduler.oldestAge(now: fixture.now) == 0)
        let first = fixture.addPusher(queued: 1)
        fixture.now += 10_000
        fixture.enqueue(first)
        _ = fixture.addPusher(queued: 1)
        fixture.now += 5000
        #expect((15_000...15_063).contains(fixture.scheduler.oldestAge(now: fixture.now)))
        fixture.settle(fixture.take(1)[0], .done)
        #expect((5000...5063).contains(fixture.scheduler.oldestAge(now: fixture.now)))
    }
}
