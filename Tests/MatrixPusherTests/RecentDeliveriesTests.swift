import Testing

@testable import MatrixPusher

struct RecentDeliveriesTests {
    @Test func `A key is claimed, then known`() {
        var recent = RecentDeliveries(capacity: 100)
        #expect(recent.peek(1) == .new)
        for key in [1, 2] as [UInt64] { #expect(recent.claim(key, by: 0) == .new) }
        #expect(recent.peek(1) == .pending)
        recent.confirm([1, 2], at: 1000)
        #expect(recent.peek(1) == .known)
        #expect(recent.peek(2) == .known)
        #expect(recent.peek(3) == .new)
        #expect(recent.count == 2)
    }

    @Test func `What could not be stored may be claimed again`() {
        var recent = RecentDeliveries(capacity: 100)
        for key in [1] as [UInt64] { #expect(recent.claim(key, by: 0) == .new) }
        recent.abandon([1])
        #expect(recent.peek(1) == .new)
        #expect(recent.count == 0)
    }

    @Test func `What was queued before a moment is forgotten`() {
        var recent = RecentDeliveries(capacity: 100)
        for time in 1...10 as ClosedRange<Int64> { recent.remember([UInt64(time)], at: time * 1000) }
        recent.forget(before: 4000)
        for key in 1...10 as ClosedRange<UInt64> { #expect(recent.peek(key) == (key < 4 ? .new : .known)) }
        recent.forget(before: .max)
        #expect(recent.count == 0)
        recent.forget(before: .max)
    }

    @Test func `Over the capacity the oldest batches are forgotten`() {
        var recent = RecentDeliveries(capacity: 100)
        for batch in 0..<5000 as Range<UInt64> { recent.remember([2 * batch, 2 * batch + 1], at: Int64(batch)) }
        #expect(recent.count == 100)
        #expect(recent.peek(9899) == .new)
        #expect(recent.peek(9900) == .known)
        #expect(recent.peek(9999) == .known)
    }

    @Test func `The newest batch is kept even where it is larger than the capacity`() {
        var recent = RecentDeliveries(capacity: 10)
        recent.remember([1], at: 1)
        recent.remember(Array(100..<200), at: 2)
        #expect(recent.count == 100)
        #expect(recent.peek(1) == .new)
        recent.remember([5], at: 3)
        #expect(recent.count == 10)
        #expect(recent.peek(190) == .new)
        #expect(recent.peek(191) == .known)
    }

    @Test func `Batches of a second are forgotten together, not before all of them are old enough`() {
        var recent = RecentDeliveries(capacity: 100)
        for time in stride(from: 0, to: 3000, by: 100) as StrideTo<Int64> { recent.remember([UInt64(time)], at: time) }
        recent.forget(before: 1999)
        #expect(recent.peek(900) == .new)
        #expect(recent.peek(1000) == .known)
        recent.forget(before: 2000)
        #expect(recent.peek(1900) == .new)
        #expect(recent.peek(2000) == .known)
        #expect(recent.count == 10)
    }

    @Test func `An empty batch takes no place`() {
        var recent = RecentDeliveries(capacity: 10)
        recent.confirm([], at: 1)
        recent.remember([], at: 1)
        #expect(recent.count == 0)
    }
}

extension RecentDeliveries {
    /// What another transaction would be told.
    fileprivate func peek(_ key: UInt64) -> Claim {
        var copy = self
        return copy.claim(key, by: -1)
    }
}
