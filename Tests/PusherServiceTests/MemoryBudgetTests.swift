import Synchronization
import Testing

@testable import PusherService

@Suite struct MemoryBudgetTests {
    private let budget = MemoryBudget(capacity: 100)
    private let granted = Granted()

    private final class Granted: Sendable {
        private let names = Mutex<[String]>([])
        var all: [String] { names.withLock { $0 } }
        func add(_ name: String) { names.withLock { $0.append(name) } }
    }

    private func take(_ bytes: Int, _ name: String) -> (share: MemoryBudget.Share, isHeld: Bool) {
        budget.take(bytes) { [granted] _ in granted.add(name) }
    }

    @Test func whatFitsIsHadAtOnce() {
        #expect(take(60, "a").isHeld)
        #expect(take(40, "b").isHeld)
        #expect(budget.used == 100)
        #expect(granted.all.isEmpty)
    }

    @Test func theRestComesInTheOrderOfAsking() {
        let first = take(60, "a")
        let second = take(50, "b")
        // Small enough, but not its turn.
        let third = take(10, "c")
        #expect(!second.isHeld && !third.isHeld)
        #expect(budget.takeNow(1) == nil)
        budget.end(first.share)
        #expect(granted.all == ["b", "c"])
        #expect(budget.used == 60)
    }

    @Test func whoLeavesTheLineLetsTheNextPass() {
        _ = take(60, "a")
        let second = take(50, "b")
        _ = take(40, "c")
        budget.end(second.share)
        #expect(granted.all == ["c"])
        budget.end(second.share)
        #expect(budget.used == 100)
    }

    @Test func lessThanWasTakenMakesRoom() {
        let first = take(100, "a")
        _ = take(50, "b")
        budget.shrink(first.share, to: 51)
        #expect(granted.all.isEmpty && budget.used == 51)
        budget.shrink(first.share, to: 50)
        #expect(granted.all == ["b"])
        budget.shrink(first.share, to: 70)
        #expect(budget.used == 100)
        budget.end(first.share)
        budget.end(first.share)
        #expect(budget.used == 50)
    }

    @Test func whatIsLargerThanEverythingHasItAlone() throws {
        let first = try #require(budget.takeNow(10))
        let second = take(1000, "b")
        #expect(!second.isHeld)
        budget.end(first)
        #expect(granted.all == ["b"])
        #expect(budget.takeNow(1) == nil)
        budget.end(second.share)
        #expect(budget.takeNow(1) != nil)
    }
}
