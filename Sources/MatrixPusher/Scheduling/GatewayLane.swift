/// Whether and how fast requests may go to one gateway: up, held back with one probe at a time, or ramping up again.
///
/// A pure state machine: the caller says what happened and when, and asks how many requests may start.
struct GatewayLane: Sendable {
    enum State: Equatable, Sendable {
        case up
        /// Nothing is sent but one probe at a time, the next not before this moment (Unix milliseconds).
        case down(nextProbeAt: Int64)
        case ramping
        /// As `down`, but for the many pushkeys it rejected; only a probe that is accepted ends it.
        case suspect(nextProbeAt: Int64)

        /// Where nothing but probes is sent, when the next may go, Unix milliseconds; nil where the window decides.
        var nextProbeAt: Int64? {
            switch self {
            case .down(let nextProbeAt), .suspect(let nextProbeAt): nextProbeAt
            case .up, .ramping: nil
            }
        }

        var isSuspect: Bool {
            if case .suspect = self { true } else { false }
        }
    }

    /// What the end of a request says of the gateway.
    enum News: Equatable, Sendable {
        /// It took the notification.
        case accepted
        /// It works, but did not take this notification.
        case refused
        /// It rejected a pushkey after so many others that it is not to be believed.
        case massRejection
        /// A server error that may be the gateway's or one pusher's.
        /// - Parameter isCommon: most of the pushers that were tried last fail.
        case unclear(isCommon: Bool)
        /// It could not be reached, did not answer, or asked for a pause.
        /// - Parameter retryAfter: milliseconds it asked for.
        case failed(retryAfter: Int64?)
        /// Nothing (a shutdown, an error of our own).
        case nothing
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
        /// Milliseconds between the probes of a suspected gateway.
        static let suspectPause: Int64 = 60_000

        /// Milliseconds that a lane is left alone at most.
        var longestPause: Int64 { max(probeMaximum, Self.retryAfterMaximum) }

        /// Milliseconds to wait after so many failures in a row (1 or more).
        func delay(afterFailures failures: Int) -> Int64 {
            var delay = probeInitial
            // 64 doublings exceed every limit; the bound keeps the loop short whatever the count.
            for _ in 1..<min(max(failures, 1), 64) where delay < probeMaximum { delay *= 2 }
            return min(delay, probeMaximum)
        }
    }

    private(set) var state: State = .up {
        didSet { if (oldValue.nextProbeAt == nil) != (state.nextProbeAt == nil) { generation &+= 1 } }
    }
    /// Changes whenever the lane begins or ends to be held, to be said again when a request ends.
    private(set) var generation: UInt32 = 0
    private(set) var window: Int
    /// Transport failures in a row.
    private(set) var failures = 0
    /// Start of the current run of failures or of the suspicion, Unix milliseconds.
    private(set) var failingSince: Int64?
    private(set) var isProbing = false
    private var probeDelay: Int64
    /// Until when the gateway asked to be left alone, Unix milliseconds: only a probe's success ends that sooner.
    private var pausedUntil: Int64 = .min
    /// Successes since the window last changed.
    private var successes = 0
    /// Whether the window held anything back since it last changed: an unused window never grows.
    private var wasLimited = false
    /// Requests to end until a failure halves the window again: what was in flight together fails together.
    private var spared = 0
    private let limits: Limits

    init(limits: Limits) {
        self.limits = limits
        window = min(Limits.initialWindow, limits.maximumWindow)
        probeDelay = limits.probeInitial
    }

    /// A lane that was held back when the process ended: its pause goes on where it was.
    init(limits: Limits, failingSince: Int64, failures: Int, nextProbeAt: Int64, isSuspect: Bool = false) {
        self.init(limits: limits)
        self.failingSince = failingSince
        if isSuspect {
            state = .suspect(nextProbeAt: nextProbeAt)
        } else {
            state = .down(nextProbeAt: nextProbeAt)
            // Whatever was stored, there is room to count on.
            self.failures = min(max(failures, Limits.failuresUntilDown), 1 << 32)
            probeDelay = limits.delay(afterFailures: self.failures - Limits.failuresUntilDown + 1)
        }
    }

    /// Nothing but probes is sent.
    var isHeld: Bool { state.nextProbeAt != nil }

    /// How many requests may start now, given how many are in flight.
    mutating func allowance(inFlight: Int, now: Int64) -> Int {
        if let nextProbeAt = state.nextProbeAt { return !isProbing && now >= nextProbeAt ? 1 : 0 }
        if inFlight >= window { wasLimited = true }
        return max(0, window - inFlight)
    }

    /// A request was started.
    /// - Returns: whether it is a probe, to be said again when it ends.
    mutating func sent() -> Bool {
        if isHeld { isProbing = true }
        return isHeld
    }

    /// The process has just started: whatever the gateway could take before, it gets little at first.
    mutating func rampUp() {
        if state == .up { state = .ramping }
    }

    /// A request has ended.
    /// - Parameters:
    ///   - generation: The lane's when it was sent. A failure from before the lane was held or came back says nothing of how
    ///     the gateway is now; that it answers, asks for a pause or rejects many keys is of today.
    ///   - inFlight: How many others are in flight still.
    ///   - hasBacklog: More work is ready for this gateway.
    mutating func learn(
        _ news: News, isProbe: Bool, generation: UInt32, inFlight: Int, hasBacklog: Bool, now: Int64
    ) {
        let isLate = generation != self.generation
        let isProbe = isProbe && !isLate
        if isProbe { isProbing = false }
        let isSpared = spared > 0
        if isSpared { spared -= 1 }
        if case .failed(let retryAfter?) = news {
            pausedUntil = max(pausedUntil, now + min(max(retryAfter, 0), Limits.retryAfterMaximum))
        }
        switch (state, news) {
        case (_, .unclear) where isLate, (_, .failed(retryAfter: nil)) where isLate:
            break
        case (_, .nothing), (.up, .unclear(isCommon: false)), (.ramping, .unclear(isCommon: false)):
            break
        case (.suspect(let nextProbeAt), _):
            if isProbe, news == .accepted { return recover() }
            state = .suspect(nextProbeAt: max(isProbe ? now + Limits.suspectPause : nextProbeAt, pausedUntil))
        case (_, .massRejection):
            state = .suspect(nextProbeAt: now + Limits.suspectPause)
            failingSince = now
        case (.down, .accepted), (.down, .refused):
            // An answer is of today, whenever it was asked for; but it does not take back a pause that was asked for since.
            if isProbe || now >= pausedUntil { recover() }
        case (.down(var nextProbeAt), _):
            if isProbe {
                failures += 1
                probeDelay = min(probeDelay * 2, limits.probeMaximum)
                nextProbeAt = now + probeDelay
            }
            state = .down(nextProbeAt: max(nextProbeAt, pausedUntil))
        case (_, .accepted), (_, .refused):
            grow(hasBacklog: hasBacklog)
        case (_, .failed(let retryAfter)):
            if failingSince == nil { failingSince = now }
            failures += 1
            if !isSpared {
                setWindow(max(1, window / 2))
                spared = inFlight
            }
            if failures >= Limits.failuresUntilDown || retryAfter != nil { goDown(now) }
        case (_, .unclear):
            if failingSince == nil { failingSince = now }
            goDown(now)
        }
    }

    /// Moves the next probe with a clock that was set.
    mutating func shift(by milliseconds: Int64) {
        failingSince = failingSince.map { $0 + milliseconds }
        if pausedUntil != .min { pausedUntil += milliseconds }
        switch state {
        case .down(let nextProbeAt): state = .down(nextProbeAt: nextProbeAt + milliseconds)
        case .suspect(let nextProbeAt): state = .suspect(nextProbeAt: nextProbeAt + milliseconds)
        case .up, .ramping: break
        }
    }

    private mutating func grow(hasBacklog: Bool) {
        failures = 0
        failingSince = nil
        successes += 1
        guard successes >= window else { return }
        // By one alone, a window of thousands would take as many round trips.
        if wasLimited { setWindow(min(window + max(1, window / 8), limits.maximumWindow)) } else { successes = 0 }
        if state == .ramping, !hasBacklog || window == limits.maximumWindow {
            state = .up
            probeDelay = limits.probeInitial
        }
    }

    private mutating func goDown(_ now: Int64) {
        state = .down(nextProbeAt: max(now + probeDelay, pausedUntil))
    }

    private mutating func recover() {
        state = .ramping
        failures = 0
        failingSince = nil
        isProbing = false
        pausedUntil = .min
        spared = 0
        setWindow(min(Limits.initialWindow, limits.maximumWindow))
    }

    private mutating func setWindow(_ size: Int) {
        window = size
        successes = 0
        wasLimited = false
    }
}
