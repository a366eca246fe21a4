import Testing

@testable import MatrixPusher

/// A gateway that works, and many of whose pushkeys are truly dead, as when a build of an app was retired.
struct RetiredKeysSimulationTests {
    private static let pushers = 1000
    private static let dead = 300
    private static let hours = 3

    @Test func `The living get everything at full rate, and the dead go by and by`() {
        let fixture = SchedulerFixture(maxInFlight: 64, window: 16)
        // Spread among the classes that take turns.
        let slots = (0..<Self.pushers).map { _ in fixture.addPusher() }
        func isDead(_ slot: Int32) -> Bool { Int(slot) % 10 < Self.dead * 10 / Self.pushers }
        var next = 0
        var removals: [Int64] = []
        var suspectedAt = Int64.min / 2
        var secondsHeld = 0
        var mostBehind = 0
        for _ in 0..<Self.hours * 3600 {
            for _ in 0..<5 {
                let slot = slots[next % slots.count]
                next += 1
                if fixture.scheduler.slot(ofPusher: fixture.scheduler.pushers[Int(slot)].id) != nil {
                    fixture.enqueue(slot)
                }
            }
            while case let sends = fixture.take(), !sends.isEmpty {
                for send in sends {
                    guard isDead(send.slot) else {
                        fixture.settle(send, .done)
                        continue
                    }
                    if case .removed = fixture.settle(send, .removePusher) {
                        #expect(fixture.now - suspectedAt > 600_000, "removed in spite of the suspicion")
                        removals.append(fixture.now)
                    }
                }
            }
            if fixture.lane()?.policy.state.isSuspect == true {
                suspectedAt = fixture.now
                secondsHeld += 1
            } else {
                let behind = slots.count { !isDead($0) && !fixture.scheduler.pending(of: $0).isEmpty }
                mostBehind = max(mostBehind, behind)
            }
            fixture.now += 1000
        }
        print("simulation: 300 of 1,000 keys are dead: \(secondsHeld) s held, removed \(removals.count)")
        #expect(mostBehind == 0)
        #expect((60...20 * 60).contains(secondsHeld))
        #expect(fixture.scheduler.pusherCount == Self.pushers - Self.dead)
        for (index, time) in removals.enumerated() where index >= 100 {
            #expect(time - removals[index - 100] >= 600_000, "more than a tenth went within ten minutes")
        }
    }
}
