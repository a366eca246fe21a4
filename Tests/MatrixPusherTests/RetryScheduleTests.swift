import Testing

@testable import MatrixPusher

struct RetryScheduleTests {
    private func schedule(
        initial: Duration = .seconds(1), multiplier: Double = 2, max: Duration = .seconds(3600), jitter: Double = 0
    ) -> RetrySchedule {
        var retry = PusherConfiguration.Retry()
        retry.initial = initial
        retry.multiplier = multiplier
        retry.max = max
        retry.jitter = jitter
        return RetrySchedule(retry)
    }

    @Test(arguments: [(1, 1000), (2, 2000), (3, 4000), (4, 8000), (11, 1_024_000), (12, 2_048_000)] as [(Int, Int64)])
    func `Each failure doubles the pause`(failures: Int, milliseconds: Int64) {
        #expect(schedule().delay(afterFailures: failures, random: 0.5) == milliseconds)
    }

    @Test(arguments: [(1, 1000), (2, 1500), (3, 2250), (4, 3375)] as [(Int, Int64)])
    func `The multiplier is as configured`(failures: Int, milliseconds: Int64) {
        #expect(schedule(multiplier: 1.5).delay(afterFailures: failures, random: 0.5) == milliseconds)
    }

    @Test(arguments: [13, 14, 64, 65, 1_000_000, .max])
    func `No pause exceeds the maximum, whatever the count`(failures: Int) {
        #expect(schedule().delay(afterFailures: failures, random: 0.5) == 3_600_000)
    }

    @Test(arguments: [0, -1, .min])
    func `A count below one is a first failure`(failures: Int) {
        #expect(schedule().delay(afterFailures: failures, random: 0.5) == 1000)
    }

    @Test(arguments: [(0.0, 800), (0.25, 900), (0.5, 1000), (0.75, 1100), (0.999, 1199)] as [(Double, Int64)])
    func `Jitter spreads the pause evenly around its length`(random: Double, milliseconds: Int64) {
        #expect(schedule(jitter: 0.2).delay(afterFailures: 1, random: random) == milliseconds)
    }

    @Test func `Jitter also applies to the longest pause`() {
        #expect(schedule(jitter: 0.2).delay(afterFailures: 99, random: 0) == 2_880_000)
        #expect(schedule(jitter: 0.2).delay(afterFailures: 99, random: 1.0.nextDown) == 4_320_000)
        #expect(schedule(jitter: 0.2).longestDelay == 4_320_000)
    }

    @Test func `Random numbers stay within the bounds of the jitter`() {
        var generator = SeededGenerator(seed: 1)
        let schedule = schedule(jitter: 0.3)
        for _ in 0..<1000 {
            let delay = schedule.delay(afterFailures: 3, random: Double.random(in: 0..<1, using: &generator))
            #expect((2800...5200).contains(delay))
        }
    }

    @Test(arguments: [
        (Duration.seconds(Int64.max), 2.0, Duration.seconds(Int64.max), 0.2),
        (.zero, .infinity, .zero, 1),
        (.seconds(-5), .nan, .seconds(-1), .nan),
        (.seconds(1), -3, .seconds(10), -1),
        (.seconds(1), 1e300, .seconds(Int64.max), .infinity),
    ])
    func `Settings that make no sense still give a pause that can be added to a time`(
        initial: Duration, multiplier: Double, max: Duration, jitter: Double
    ) {
        let schedule = schedule(initial: initial, multiplier: multiplier, max: max, jitter: jitter)
        for failures in [1, 2, 100, .max] {
            for random in [0, 0.5, 1.0.nextDown] {
                #expect(
                    (1...2 * RetrySchedule.longest).contains(schedule.delay(afterFailures: failures, random: random)))
            }
        }
    }
}
