import Testing

@testable import MatrixPusher

struct GatewayLaneTests {
    private static let now: Int64 = 1_800_000_000_000
    private static let limits = GatewayLane.Limits(maximumWindow: 8, probeInitial: 1000, probeMaximum: 60_000)

    private func lane() -> LaneDriver { LaneDriver(GatewayLane(limits: Self.limits)) }

    /// A lane that went down at ``now``.
    private func downLane() -> LaneDriver {
        let lane = lane()
        for _ in 0..<3 { lane.failed(now: Self.now) }
        return lane
    }

    @Test func `A new lane is up with a window of four`() {
        let lane = lane()
        #expect(lane.state == .up)
        #expect(lane.allowance(inFlight: 0, now: Self.now) == 4)
        #expect(lane.allowance(inFlight: 3, now: Self.now) == 1)
        #expect(lane.allowance(inFlight: 9, now: Self.now) == 0)
    }

    @Test func `A maximum below four is the window from the start`() {
        let limits = GatewayLane.Limits(maximumWindow: 2, probeInitial: 1000, probeMaximum: 60_000)
        #expect(GatewayLane(limits: limits).window == 2)
    }

    @Test func `Three failures in a row take the lane down`() {
        let lane = lane()
        lane.failed(now: Self.now)
        #expect(lane.failingSince == Self.now)
        lane.failed(now: Self.now + 1)
        #expect(lane.state == .up)
        lane.failed(now: Self.now + 2)
        #expect(lane.state == .down(nextProbeAt: Self.now + 1002))
        #expect(lane.failingSince == Self.now)
        #expect(lane.failures == 3)
    }

    @Test func `A success in between starts the count anew`() {
        let lane = lane()
        for _ in 0..<5 {
            lane.failed(now: Self.now)
            lane.failed(now: Self.now)
            lane.succeeded(hasBacklog: false)
            #expect(lane.failingSince == nil)
        }
        #expect(lane.state == .up)
    }

    @Test func `A lane that is down lets one probe through when its time has come`() {
        let lane = downLane()
        #expect(lane.allowance(inFlight: 0, now: Self.now + 999) == 0)
        #expect(lane.allowance(inFlight: 0, now: Self.now + 1000) == 1)
        let isProbe = lane.sent()
        #expect(isProbe && lane.isProbing)
        #expect(lane.allowance(inFlight: 1, now: Self.now + 100_000) == 0)
    }

    @Test func `Probes that fail double the pause up to the maximum`() {
        let lane = downLane()
        var now = Self.now + 1000
        for expected in [2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000] as [Int64] {
            #expect(lane.failProbe(at: now) == expected)
            now += expected
        }
        #expect(lane.failingSince == Self.now)
        #expect(lane.failures == 11)
    }

    @Test func `What was in flight when the lane went down does not double the pause`() {
        let lane = downLane()
        for _ in 0..<61 { lane.failed(now: Self.now + 500) }
        #expect(lane.state == .down(nextProbeAt: Self.now + 1000))
        #expect(lane.failures == 3)
    }

    @Test func `A late failure does not end a probe that is under way`() {
        let lane = downLane()
        lane.sent()
        lane.failed(now: Self.now + 1001)
        #expect(lane.isProbing)
        #expect(lane.allowance(inFlight: 1, now: Self.now + 90_000) == 0)
        lane.failed(now: Self.now + 2000, isProbe: true)
        #expect(lane.state == .down(nextProbeAt: Self.now + 4000))
    }

    @Test func `A late success shows that the gateway works`() {
        let lane = downLane()
        lane.learn(.accepted, now: Self.now)
        #expect(lane.state == .ramping)
        #expect(lane.window == 4)
    }

    @Test func `What failed of the requests from before the gateway was down says nothing of it when it is back`() {
        let lane = downLane()
        lane.succeeded(hasBacklog: true)
        for _ in 0..<61 {
            lane.learn(.failed(retryAfter: nil), isLate: true, inFlight: 60, now: Self.now + 90_000)
            lane.learn(.unclear(isCommon: true), isLate: true, now: Self.now + 90_000)
        }
        #expect(lane.state == .ramping && lane.window == 4 && lane.failures == 0 && lane.failingSince == nil)
        lane.learn(.failed(retryAfter: 5000), isLate: true, now: Self.now + 90_000)
        #expect(lane.state == .down(nextProbeAt: Self.now + 95_000) && lane.failingSince == Self.now + 90_000)
    }

    @Test func `A probe from before the gateway was back does not end another`() {
        let lane = downLane()
        lane.sent()
        lane.learn(.failed(retryAfter: nil), isProbe: true, isLate: true, now: Self.now + 1000)
        #expect(lane.isProbing && lane.state == .down(nextProbeAt: Self.now + 1000))
    }

    @Test func `A probe that is abandoned may be repeated at once, nothing else ends it`() {
        let lane = downLane()
        lane.sent()
        lane.abandoned(isProbe: false)
        #expect(lane.allowance(inFlight: 1, now: Self.now + 1000) == 0)
        lane.abandoned(isProbe: true)
        #expect(lane.allowance(inFlight: 0, now: Self.now + 1000) == 1)
        #expect(lane.state == .down(nextProbeAt: Self.now + 1000))
    }

    @Test(
        arguments: [
            (0, 1000), (999, 1000), (1001, 1001), (120_000, 120_000), (900_000, 900_000), (900_001, 900_000),
            (.max, 900_000),
            (-5, 1000), (.min, 1000),
        ] as [(Int64, Int64)])
    func `One answer with Retry-After is enough, honoured up to fifteen minutes`(retryAfter: Int64, pause: Int64) {
        let lane = lane()
        lane.failed(now: Self.now, retryAfter: retryAfter)
        #expect(lane.state == .down(nextProbeAt: Self.now + pause))
    }

    @Test func `A late Retry-After lengthens the pause but never shortens it`() {
        let lane = downLane()
        lane.failed(now: Self.now, retryAfter: 30_000)
        #expect(lane.state == .down(nextProbeAt: Self.now + 30_000))
        lane.failed(now: Self.now, retryAfter: 5000)
        #expect(lane.state == .down(nextProbeAt: Self.now + 30_000))
    }

    @Test func `A late success does not end a pause that the gateway asked for`() {
        let lane = lane()
        lane.failed(now: Self.now, retryAfter: 30_000, inFlight: 2)
        lane.learn(.accepted, now: Self.now + 10)
        lane.learn(.refused, now: Self.now + 29_999)
        #expect(lane.state == .down(nextProbeAt: Self.now + 30_000))
        lane.shift(by: -3_600_000)
        lane.learn(.accepted, now: Self.now + 29_999 - 3_600_000)
        #expect(lane.isHeld)
        #expect(lane.allowance(inFlight: 0, now: Self.now + 30_000 - 3_600_000) == 1 && lane.sent())
        lane.learn(.accepted, isProbe: true, now: Self.now + 30_000 - 3_600_000)
        #expect(lane.state == .ramping)
    }

    @Test func `A probe's Retry-After counts where it is longer than the doubled pause`() {
        let lane = downLane()
        #expect(lane.failProbe(at: Self.now + 1000, retryAfter: 500) == 2000)
        #expect(lane.failProbe(at: Self.now + 3000, retryAfter: 77_000) == 77_000)
    }

    @Test func `A probe that succeeds begins to ramp up, and a window of successes widens it by one`() {
        let lane = downLane()
        lane.sent()
        lane.succeeded(hasBacklog: true)
        #expect(lane.state == .ramping && lane.window == 4 && !lane.isProbing)
        for expected in 5...8 {
            let window = lane.window
            _ = lane.allowance(inFlight: window, now: Self.now)
            for _ in 0..<window - 1 { lane.succeeded(hasBacklog: true) }
            #expect(lane.window == window)
            lane.succeeded(hasBacklog: true)
            #expect(lane.window == expected)
        }
        #expect(lane.state == .up)
    }

    @Test func `Ramping ends after a window of successes when nothing is left to send`() {
        let lane = downLane()
        lane.succeeded(hasBacklog: true)
        for _ in 0..<3 { lane.succeeded(hasBacklog: false) }
        #expect(lane.state == .ramping)
        lane.succeeded(hasBacklog: false)
        #expect(lane.state == .up)
    }

    @Test func `A window that is not used does not grow`() {
        let lane = lane()
        for _ in 0..<1000 {
            _ = lane.allowance(inFlight: 3, now: Self.now)
            lane.succeeded(hasBacklog: true)
        }
        #expect(lane.window == 4)
    }

    @Test func `A window that is used grows to the maximum and not beyond`() {
        let lane = lane()
        for _ in 0..<1000 {
            _ = lane.allowance(inFlight: lane.window, now: Self.now)
            lane.succeeded(hasBacklog: true)
        }
        #expect(lane.window == 8)
    }

    @Test func `Each failure halves the window, down to one`() {
        let lane = lane()
        for _ in 0..<1000 {
            _ = lane.allowance(inFlight: lane.window, now: Self.now)
            lane.succeeded(hasBacklog: true)
        }
        for expected in [4, 2, 1, 1] {
            lane.failed(now: Self.now)
            lane.succeeded(hasBacklog: true)
            #expect(lane.window == expected)
        }
    }

    @Test func `A gateway that fails while ramping up is left alone as long as before`() {
        let lane = downLane()
        #expect(lane.failProbe(at: Self.now + 1000) == 2000)
        #expect(lane.failProbe(at: Self.now + 3000) == 4000)
        lane.succeeded(hasBacklog: true)
        for _ in 0..<3 { lane.failed(now: Self.now + 10_000) }
        #expect(lane.state == .down(nextProbeAt: Self.now + 14_000))
    }

    @Test func `A gateway that came up in earnest is probed soon again when it fails`() {
        let lane = downLane()
        #expect(lane.failProbe(at: Self.now + 1000) == 2000)
        lane.succeeded(hasBacklog: false)
        for _ in 0..<4 { lane.succeeded(hasBacklog: false) }
        for _ in 0..<3 { lane.failed(now: Self.now + 10_000) }
        #expect(lane.state == .down(nextProbeAt: Self.now + 11_000))
    }

    @Test(
        arguments: [
            (3, 2000), (4, 4000), (5, 8000), (9, 60_000), (1000, 60_000), (.max, 60_000), (0, 2000), (-7, 2000),
        ] as [(Int, Int64)])
    func `A restored lane goes on with its backoff where it was`(failures: Int, pause: Int64) {
        let lane = LaneDriver(
            GatewayLane(
                limits: Self.limits, failingSince: Self.now - 5000, failures: failures, nextProbeAt: Self.now + 700))
        #expect(lane.isHeld && lane.failingSince == Self.now - 5000)
        #expect(lane.allowance(inFlight: 0, now: Self.now + 699) == 0)
        // The first probe after the start fails.
        lane.sent()
        lane.failed(now: Self.now + 700, isProbe: true)
        #expect(lane.state == .down(nextProbeAt: Self.now + 700 + pause))
    }

    @Test func `A shift moves the next probe of a lane that is down`() {
        let lane = downLane()
        lane.shift(by: -3_600_000)
        #expect(lane.state == .down(nextProbeAt: Self.now + 1000 - 3_600_000))
        let up = self.lane()
        up.shift(by: -3_600_000)
        #expect(up.state == .up)
    }

    @Test func `Requests that were in flight together halve the window once`() {
        let lane = lane()
        for _ in 0..<1000 {
            _ = lane.allowance(inFlight: lane.window, now: Self.now)
            lane.succeeded(hasBacklog: true)
        }
        lane.failed(now: Self.now, inFlight: 7)
        #expect(lane.window == 4)
        for _ in 0..<3 {
            lane.succeeded(hasBacklog: true)
            lane.failed(now: Self.now, inFlight: 3)
        }
        #expect(lane.window == 4)
        lane.succeeded(hasBacklog: true)
        lane.failed(now: Self.now, inFlight: 3)
        #expect(lane.window == 2)
    }

    @Test func `At the start of the process a gateway ramps up, unless it is held back`() {
        let lane = lane()
        lane.rampUp()
        #expect(lane.state == .ramping)
        #expect(lane.allowance(inFlight: 0, now: Self.now) == 4)
        for _ in 0..<4 { lane.succeeded(hasBacklog: false) }
        #expect(lane.state == .up)
        let down = downLane()
        down.rampUp()
        #expect(down.state == .down(nextProbeAt: Self.now + 1000))
    }

    @Test func `A window of one grows again with each success`() {
        let lane = lane()
        for _ in 0..<2 { lane.failed(now: Self.now) }
        #expect(lane.window == 1 && lane.state == .up)
        for expected in [2, 2, 3, 3, 3, 4] {
            _ = lane.allowance(inFlight: lane.window, now: Self.now)
            lane.succeeded(hasBacklog: true)
            #expect(lane.window == expected)
        }
    }

    /// State and news, then what follows within a minute; `nil` where nothing changes.
    @Test(
        arguments: [
            (.up, .accepted, nil), (.up, .refused, nil), (.up, .nothing, nil), (.up, .unclear(isCommon: false), nil),
            (.up, .unclear(isCommon: true), .down(nextProbeAt: now + 1000)),
            (.up, .massRejection, .suspect(nextProbeAt: now + 60_000)),
            (.up, .failed(retryAfter: 5000), .down(nextProbeAt: now + 5000)),
            (.down(nextProbeAt: now), .accepted, .ramping), (.down(nextProbeAt: now), .refused, .ramping),
            (.down(nextProbeAt: now), .nothing, nil),
            (.down(nextProbeAt: now), .unclear(isCommon: false), .down(nextProbeAt: now + 2000)),
            (.down(nextProbeAt: now), .failed(retryAfter: nil), .down(nextProbeAt: now + 2000)),
            (.down(nextProbeAt: now), .massRejection, .suspect(nextProbeAt: now + 60_000)),
            (.suspect(nextProbeAt: now), .accepted, .ramping), (.suspect(nextProbeAt: now), .nothing, nil),
            (.suspect(nextProbeAt: now), .refused, .suspect(nextProbeAt: now + 60_000)),
            (.suspect(nextProbeAt: now), .massRejection, .suspect(nextProbeAt: now + 60_000)),
            (.suspect(nextProbeAt: now), .unclear(isCommon: true), .suspect(nextProbeAt: now + 60_000)),
            (.suspect(nextProbeAt: now), .failed(retryAfter: nil), .suspect(nextProbeAt: now + 60_000)),
            (.suspect(nextProbeAt: now), .failed(retryAfter: 90_000), .suspect(nextProbeAt: now + 90_000)),
        ] as [(GatewayLane.State, GatewayLane.News, GatewayLane.State?)])
    func `What follows from an answer, or from a probe's`(
        state: GatewayLane.State, news: GatewayLane.News, next: GatewayLane.State?
    ) {
        var lane = lane()
        if let nextProbeAt = state.nextProbeAt {
            lane = LaneDriver(
                GatewayLane(
                    limits: Self.limits, failingSince: Self.now - 1, failures: 3, nextProbeAt: nextProbeAt,
                    isSuspect: state.isSuspect))
        }
        #expect(lane.state == state)
        let isProbe = lane.sent()
        #expect(isProbe == (state.nextProbeAt != nil))
        lane.learn(news, isProbe: isProbe, now: Self.now)
        #expect(lane.state == next ?? state)
        #expect(!lane.isProbing)
        #expect((lane.failingSince != nil) == lane.isHeld)
    }

    @Test(arguments: [
        GatewayLane.News.accepted, .refused, .unclear(isCommon: true), .massRejection, .failed(retryAfter: 5),
    ])
    func `What is no probe's answer changes nothing of a suspicion`(news: GatewayLane.News) {
        let lane = LaneDriver(
            GatewayLane(
                limits: Self.limits, failingSince: Self.now, failures: 0, nextProbeAt: Self.now + 60_000,
                isSuspect: true))
        lane.learn(news, now: Self.now)
        #expect(lane.state == .suspect(nextProbeAt: Self.now + 60_000))
    }
}
