/// Whether and how fast requests may go to one gateway: up, down with a single probe, or ramping up again.
///
/// A pure state machine: the caller says what happened and when, and asks how many requests may start.
struct GatewayLane: Sendable {
    enum State: Equatable, Sendable {
        case up
        /// Nothing is sent but one probe at a time, the next not before this moment (Unix milliseconds).
        case down(nextProbeAt: Int64)
        case ramping
    }

    struct Limits: Sendable {
        /// Requests in flight at most.
        var maximumWindow: Int
        /// Milliseconds before the first probe, doubled after each that fails.
        var probeInitial: Int64
        var probeMaximum: Int64

        /// Transport failures in a row that take a lane down.
        static let failuresUntilDown = 3
        static let initialWindow = 4
        /// The longest pause a gateway may ask for, milliseconds.
        static let retryAfterMaximum: Int64 = 15 * 60_000

        /// Milliseconds that a lane is left alone at most.
        var longestPause: Int64 { max(probeMaximum, Self.retryAfterMaximum) }
    }

    private(set) var state: State = .up
    private(set) var window: Int
    /// Transport failures in a row.
    private(set) var failures = 0
    /// Start of the current run of failures, Unix milliseconds.
    private(set) var failingSince: Int64?
    private var probeDelay: Int64
    private(set) var isProbing = false
    /// Successes since the window last changed.
    private var successes = 0
    /// Whether the window held anything back since it last changed: an unused window never grows.
    private var wasLimited = false
    private let limits: Limits

    init(limits: Limits) {
        self.limits = limits
        window = min(Limits.initialWindow, limits.maximumWindow)
        probeDelay = limits.probeInitial
    }

    /// A lane whose gateway was down when the process ended: its backoff goes on where it was.
    init(limits: Limits, failingSince: Int64, failures: Int, nextProbeAt: Int64) {
        self.init(limits: limits)
        state = .down(nextProbeAt: nextProbeAt)
        self.failingSince = failingSince
        // Whatever was stored, there is room to count on, and the loop is short: 64 doublings exceed every limit.
        self.failures = min(max(failures, Limits.failuresUntilDown), 1 << 32)
        for _ in Limits.failuresUntilDown..<min(self.failures, 64) { doubleProbeDelay() }
    }

    var isDown: Bool {
        if case .down = state { true } else { false }
    }

    /// How many requests may start now, given how many are in flight.
    mutating func allowance(inFlight: Int, now: Int64) -> Int {
        switch state {
        case .down(let nextProbeAt):
            return !isProbing && now >= nextProbeAt ? 1 : 0
        case .up, .ramping:
            if inFlight >= window { wasLimited = true }
            return max(0, window - inFlight)
        }
    }

    /// A request was started.
    /// - Returns: whether it is a probe, to be said again when it ends.
    mutating func sent() -> Bool {
        if isDown { isProbing = true }
        return isDown
    }

    /// The gateway answered in a way that shows it works, whatever it thinks of the notification.
    /// - Parameter hasBacklog: more work is ready for this gateway.
    mutating func succeeded(hasBacklog: Bool) {
        failures = 0
        failingSince = nil
        isProbing = false
        switch state {
        case .down:
            state = .ramping
            setWindow(min(Limits.initialWindow, limits.maximumWindow))
        case .up, .ramping:
            successes += 1
            guard successes >= window else { return }
            if wasLimited { setWindow(min(window + 1, limits.maximumWindow)) } else { successes = 0 }
            if state == .ramping, !hasBacklog || window == limits.maximumWindow {
                state = .up
                probeDelay = limits.probeInitial
            }
        }
    }

    /// The gateway could not be reached, did not answer, or asked for a pause.
    /// - Parameter retryAfter: milliseconds it asked for.
    mutating func failed(now: Int64, retryAfter: Int64?, isProbe: Bool) {
        if failingSince == nil { failingSince = now }
        switch state {
        case .down(let nextProbeAt):
            // What was in flight when the lane went down tells nothing new, unless it asks for a longer pause.
            var next = nextProbeAt
            if isProbe {
                isProbing = false
                failures += 1
                doubleProbeDelay()
                next = now + probeDelay
            }
            state = .down(nextProbeAt: max(next, Self.pauseEnd(now, retryAfter)))
        case .up, .ramping:
            failures += 1
            setWindow(max(1, window / 2))
            guard failures >= Limits.failuresUntilDown || retryAfter != nil else { return }
            state = .down(nextProbeAt: max(now + probeDelay, Self.pauseEnd(now, retryAfter)))
        }
    }

    /// A request ended without telling anything about the gateway (shutdown, a removed pusher).
    mutating func abandoned(isProbe: Bool) {
        if isProbe { isProbing = false }
    }

    /// Moves the next probe with a clock that was set back.
    mutating func shift(by milliseconds: Int64) {
        if case .down(let nextProbeAt) = state { state = .down(nextProbeAt: nextProbeAt + milliseconds) }
    }

    private mutating func setWindow(_ size: Int) {
        window = size
        successes = 0
        wasLimited = false
    }

    private mutating func doubleProbeDelay() {
        probeDelay = min(probeDelay * 2, limits.probeMaximum)
    }

    private static func pauseEnd(_ now: Int64, _ retryAfter: Int64?) -> Int64 {
        retryAfter.map { now + min(max($0, 0), Limits.retryAfterMaximum) } ?? .min
    }
}
