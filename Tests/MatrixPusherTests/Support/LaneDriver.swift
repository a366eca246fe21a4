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
    func succeeded(hasBacklog: Bool) { lane.succeeded(hasBacklog: hasBacklog) }
    func abandoned(isProbe: Bool) { lane.abandoned(isProbe: isProbe) }
    func shift(by milliseconds: Int64) { lane.shift(by: milliseconds) }

    func failed(now: Int64, retryAfter: Int64? = nil, isProbe: Bool = false) {
        lane.failed(now: now, retryAfter: retryAfter, isProbe: isProbe)
    }

    /// Sends the probe that is due and lets it fail; returns how long after that the next is due, nil where none was due.
    func failProbe(at now: Int64, retryAfter: Int64? = nil) -> Int64? {
        guard allowance(inFlight: 0, now: now) == 1, lane.sent() else { return nil }
        lane.failed(now: now, retryAfter: retryAfter, isProbe: true)
        guard case .down(let next) = lane.state else { return nil }
        return next - now
    }
}
