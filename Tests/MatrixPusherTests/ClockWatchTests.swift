import Testing

@testable import MatrixPusher

struct ClockWatchTests {
    @Test(arguments: [3_600_000, -3_600_000, 1000, -1000, 86_400_000 * 365] as [Int64])
    func `A clock that is set is noticed once`(step: Int64) {
        var watch = ClockWatch()
        #expect(steps(&watch, [(1_000_000, 50), (1_060_000, 60_050)]) == [0, 0])
        #expect(
            steps(&watch, [(1_060_500 + step, 60_550), (1_061_500 + step, 61_550), (1_061_500, 61_550)])
                == [step, 0, -step])
    }

    @Test func `Time that passes, however long, is no step`() {
        var watch = ClockWatch()
        #expect(steps(&watch, [(0, 0), (86_400_000, 86_400_000), (86_400_400, 86_400_000)]) == [0, 0, 0])
    }

    @Test func `Small steps add up`() {
        var watch = ClockWatch()
        #expect(steps(&watch, [(0, 0), (600, 0), (1200, 0), (1800, 0)]) == [0, 0, 1200, 0])
    }

    private func steps(_ watch: inout ClockWatch, _ readings: [(wall: Int64, steady: Int64)]) -> [Int64] {
        readings.map { watch.step(wall: $0.wall, steady: $0.steady) }
    }
}
