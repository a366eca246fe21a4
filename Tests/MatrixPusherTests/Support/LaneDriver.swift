@testable import MatrixPusher

/// A lane behind a reference, so that expectations can call what changes it.
@dynamicMemberLookup
final class LaneDriver {
    private var lane: GatewayLane

    init(_ lane: GatewayLane) {
        self.lane = lane
    }

    subscript<Value>(dynamicMember member: KeyPath<GatewayLane, Value>) -> Value { lane[keyPath: member] }

    func allowance(inFlight: Int, now: Int64) -> Int { lane.allowance(inFlight: inFlight, now: now) }
    @discardableResult func sent() -> Bool { lane.sent() }
    func rampUp() { lane.rampUp() }
    func shift(by milliseconds: Int64) { lane.shift(by: milliseconds) }

    /// - Parameter isLate: It was sent before the lane was held or came back; what is no probe's while it is held was.
    func learn(
        _ news: GatewayLane.News, isProbe: Bool = false, isLate: Bool = false, inFlight: Int = 0,
        hasBacklog: Bool = true, now: Int64
    ) {
        let isLate = isLate || lane.isHeld && !isProbe
        lane.learn(
            news, isProbe: isProbe, generation: isLate ? lane.generation &- 1 : lane.generation, inFlight: inFlight,
            hasBacklog: hasBacklog, now: now)
    }

    /// A request that the lane let through, a probe where it is held, was accepted.
    func succeeded(hasBacklog: Bool) { learn(.accepted, isProbe: lane.isHeld, hasBacklog: hasBacklog, now: 0) }
    func abandoned(isProbe: Bool) { learn(.nothing, isProbe: isProbe, now: 0) }

    func failed(now: Int64, retryAfter: Int64? = nil, isProbe: Bool = false, inFlight: Int = 0) {
        learn(.failed(retryAfter: retryAfter), isProbe: isProbe, inFlight: inFlight, now: now)
    }

    /// Sends the probe that is due and lets it fail; returns how long after that the next is due, nil where none was due.
    func failProbe(at now: Int64, retryAfter: Int64? = nil) -> Int64? {
        guard allowance(inFlight: 0, now: now) == 1, lane.sent() else { return nil }
        failed(now: now, retryAfter: retryAfter, isProbe: true)
        return lane.state.nextProbeAt.map { $0 - now }
    }
}
