internal import Testing

@testable internal import PushQueue

@Suite struct EventNumbersTests {
    @Test func `The stored bound is always above what was handed out`() {
        var numbers = EventNumbers(bound: 1)
        var stored: Int64 = 1
        var expected: Int64 = 1
        for count in [1, 3, 65_000, 70_000, 1, 600_000, 2] as [Int64] {
            let (first, newBound) = numbers.take(count)
            #expect(first == expected)
            expected += count
            stored = newBound ?? stored
            #expect(stored >= expected)
        }
    }

    @Test func `The bound is seldom raised`() {
        var numbers = EventNumbers(bound: 1)
        let raises = (0..<100_000).count { _ in numbers.take(1).newBound != nil }
        #expect(raises == 98)
    }
}
