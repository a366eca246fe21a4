@testable import MatrixPusher

/// A scheduler with a clock that only the test moves.
final class SchedulerFixture {
    static let start: Int64 = 1_800_000_000_000
    static let gateway = "https://a.example:443"
    static let otherGateway = "https://b.example:443"

    var scheduler: Scheduler
    var now = start
    private var nextPusher: Int64 = 1
    private var nextNotification: Int64 = 4096

    init(
        maxInFlight: Int = 16, window: Int = 8, jitterDelay: Int64 = 0, giveUpAfter: Int64 = 86_400_000,
        maxAge: Int64 = 86_400_000, maxAgeLow: Int64? = nil
    ) {
        var retry = PusherConfiguration.Retry()
        retry.jitter = 0
        scheduler = Scheduler(
            limits: Scheduler.Limits(
                maxInFlight: maxInFlight,
                lane: GatewayLane.Limits(maximumWindow: window, probeInitial: 1000, probeMaximum: 60_000),
                jitterDelay: jitterDelay, giveUpAfter: giveUpAfter,
                maxAge: PendingItems.MaxAge(high: maxAge, low: maxAgeLow ?? maxAge)),
            retry: RetrySchedule(retry), now: Self.start, userClasses: UserClasses { 0 })
    }

    /// Adds a pusher with this many notifications.
    func addPusher(_ gateway: String = gateway, user: Int? = nil, queued: Int = 0, isEnabled: Bool = true) -> Int32 {
        let slot = scheduler.addPusher(
            id: nextPusher, userHash: user ?? Int(nextPusher), gateway: gateway, isEnabled: isEnabled)
        nextPusher += 1
        for _ in 0..<queued { enqueue(slot) }
        return slot
    }

    @discardableResult
    func enqueue(_ slot: Int32, isHighPriority: Bool = true, lifetime: Int64? = nil) -> Int64 {
        nextNotification += 1
        scheduler.enqueue(
            nextNotification, for: slot, queuedAt: now, isHighPriority: isHighPriority,
            expiresAt: lifetime.map { now + $0 }, now: now)
        return nextNotification
    }

    func take(_ capacity: Int = 1000) -> [Scheduler.Send] {
        var sends: [Scheduler.Send] = []
        scheduler.takeSends(capacity: capacity, now: now, into: &sends)
        return sends
    }

    @discardableResult
    func settle(_ send: Scheduler.Send, _ decision: DeliveryDecision) -> Settlement {
        scheduler.settle(send, decision, now: now, random: 0.5)
    }

    /// Sets the clock, as its owner would.
    func setClock(by milliseconds: Int64) {
        now += milliseconds
        scheduler.followClock(by: milliseconds)
    }

    /// Moves the clock to the next deadline; false where there is none.
    func advance() -> Bool {
        guard let deadline = scheduler.nextDeadline() else { return false }
        now = max(now, deadline)
        return true
    }

    func sweep(limit: Int = 1000) -> [Settlement] {
        var settlements: [Settlement] = []
        scheduler.sweep(now: now, limit: limit) { settlements.append($1) }
        return settlements
    }

    /// Takes everything and lets it succeed until nothing is left, moving the clock; returns the notifications in order.
    func drain() -> [Int64] {
        var sent: [Int64] = []
        repeat {
            while true {
                let sends = take()
                if sends.isEmpty { break }
                for send in sends {
                    sent.append(send.notification)
                    settle(send, .done)
                }
            }
        } while scheduler.items.count > 0 && advance()
        return sent
    }

    func lane(_ gateway: String = gateway) -> Scheduler.Lane? {
        scheduler.laneByName[gateway].map { scheduler.lanes[Int($0)] }
    }
}
