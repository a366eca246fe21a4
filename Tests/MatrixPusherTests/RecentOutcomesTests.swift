import Testing

@testable import MatrixPusher

struct RecentOutcomesTests {
    private static let now: Int64 = 1_800_000_000_000

    @Test func `Nothing has happened at first`() {
        var recent = RecentOutcomes()
        let totals = RecentOutcomes.Kind.all.map { recent.total($0, now: Self.now) }
        #expect(totals.allSatisfy { $0 == 0 })
    }

    @Test func `Kinds are counted apart`() {
        var recent = RecentOutcomes()
        for (index, kind) in RecentOutcomes.Kind.all.enumerated() { recent.add(kind, now: Self.now, count: index + 1) }
        let totals = RecentOutcomes.Kind.all.map { recent.total($0, now: Self.now) }
        #expect(totals == Array(1...4 + CancellationReason.allCases.count))
    }

    @Test(arguments: [(0, 10), (294_999, 10), (295_000, 10), (300_000, 0), (1_000_000_000, 0)] as [(Int64, Int)])
    func `What happened is counted for five minutes`(later: Int64, expected: Int) {
        var recent = RecentOutcomes()
        recent.add(.accepted, now: Self.now, count: 10)
        let total = recent.total(.accepted, now: Self.now + later)
        #expect(total == expected)
    }

    @Test func `A steady rate gives a steady sum`() {
        var recent = RecentOutcomes()
        for second in 0..<3600 as Range<Int64> {
            recent.add(.failed, now: Self.now + second * 1000)
            guard second > 300 else { continue }
            let total = recent.total(.failed, now: Self.now + second * 1000)
            #expect((295...300).contains(total))
        }
    }

    @Test func `A clock set back loses nothing`() {
        var recent = RecentOutcomes()
        recent.add(.accepted, now: Self.now)
        recent.add(.accepted, now: Self.now - 3_600_000)
        let total = recent.total(.accepted, now: Self.now - 3_600_000)
        #expect(total == 2)
    }

    @Test func `After a clock was set back the window goes on`() {
        var recent = RecentOutcomes()
        recent.add(.accepted, now: Self.now)
        let earlier = Self.now - 3_600_000
        recent.add(.accepted, now: earlier, count: 2)
        let totals = [0, 290_000, 300_000].map { recent.total(.accepted, now: earlier + $0) }
        #expect(totals == [3, 3, 0])
    }
}
