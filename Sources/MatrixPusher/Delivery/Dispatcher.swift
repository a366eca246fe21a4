internal import Logging
internal import PushGateway
internal import PushQueue
internal import Synchronization

/// The state that ingest, the transfer loops and the inspection share: who is to be sent what, and what is in memory of it.
///
/// Thread-safe: everything changeable is behind one lock, held for microseconds; nothing blocks or calls out under it.
final class Dispatcher: Sendable {
    struct State: Sendable {
        var scheduler: Scheduler
        var window: EventWindow
        var details = PusherDetailsCache(capacity: 16_384)
        var recent = RecentOutcomes()
        var clock = ClockWatch()
    }

    /// Bytes of fresh events kept for sending.
    static let windowCapacity = 16 << 20

    let state: Mutex<State>
    let queue: any NotificationQueue
    let configuration: PusherConfiguration
    let logger: Logger
    let removals = RemovalFeed()
    private let loops = Mutex<[TransferLoop]>([])
    /// The end has begun: loops that start now are to end at once.
    private let isStopping = Atomic(false)

    init(
        scheduler: consuming Scheduler, queue: any NotificationQueue, configuration: PusherConfiguration, logger: Logger
    ) {
        state = Mutex(State(scheduler: scheduler, window: EventWindow(capacity: Self.windowCapacity)))
        self.queue = queue
        self.configuration = configuration
        self.logger = logger
    }

    // MARK: Intake

    /// Takes stored events in; called in the order of the commits.
    func enqueue(_ events: [(event: LiveEvent, firstNumber: Int64)]) {
        var now: Int64 = 0
        var orphans: [FinishedNotification] = []
        // While no more may be in flight, whoever ends next looks for more by itself.
        var isWanted = true
        state.withLock { state in
            isWanted = state.scheduler.mayTakeMore
            now = state.readClock()
            for (event, firstNumber) in events {
                let firstOrphan = orphans.count
                var isSoon = false
                for index in 0..<event.count {
                    let id = NotificationID.make(firstEventNumber: firstNumber, index: index)
                    // The pusher may have been removed or disabled since its notification was prepared.
                    guard let slot = state.scheduler.slot(ofPusher: event[index].pusher),
                        !state.scheduler.pushers[Int(slot)].flags.contains(.disabled)
                    else {
                        orphans.append(FinishedNotification(id: id, hadFailures: false))
                        continue
                    }
                    isSoon = isSoon || state.scheduler.mayBeSentSoon(slot)
                    state.scheduler.enqueue(
                        id, for: slot, queuedAt: event.queuedAt,
                        isHighPriority: NotificationFlags(rawValue: event[index].flags)
                            .contains(.highPriority),
                        expiresAt: event.expiresAt, now: now)
                }
                guard isSoon else { continue }
                state.window.insert(event, firstNumber: firstNumber)
                for orphan in orphans[firstOrphan...] { state.window.release(orphan.id) }
            }
        }
        finish(orphans: orphans, now: now)
        if isWanted { wake() }
    }

    /// Takes dead letters in that are queued again; called in the order of the commits.
    func enqueue(revived notifications: [PendingNotification]) {
        var now: Int64 = 0
        var orphans: [FinishedNotification] = []
        state.withLock { state in
            now = state.readClock()
            for notification in notifications {
                // Released when it was buried; the next release would drop an event that others still need.
                state.window.forget(NotificationID.eventNumber(of: notification.id))
                guard let slot = state.scheduler.slot(ofPusher: notification.pusher),
                    !state.scheduler.pushers[Int(slot)].flags.contains(.disabled)
                else {
                    orphans.append(FinishedNotification(id: notification.id, hadFailures: true))
                    continue
                }
                state.scheduler.enqueue(
                    notification.id, for: slot, queuedAt: notification.queuedAt,
                    isHighPriority: NotificationFlags(rawValue: notification.flags).contains(.highPriority), now: now)
            }
        }
        finish(orphans: orphans, now: now)
        wake()
    }

    /// Takes out what was stored for pushers that were removed or disabled meanwhile.
    private func finish(orphans: [FinishedNotification], now: Int64) {
        guard !orphans.isEmpty else { return }
        state.withLock { $0.recent.add(.cancelled(.removed), now: now, count: orphans.count) }
        queue.finish(orphans)
    }

    // MARK: Loops

    /// Starts delivery on these loops.
    func startDelivering(_ loops: [TransferLoop]) {
        self.loops.withLock { $0 = loops }
        if isStopping.load(ordering: .sequentiallyConsistent) { stopDelivering() } else { wake() }
    }

    /// Sends nothing new; what is in flight has the shutdown's time to finish, from the first call on.
    func stopDelivering() {
        isStopping.store(true, ordering: .sequentiallyConsistent)
        let stopped = loops.withLock { loops in
            defer { loops = [] }
            return loops
        }
        for loop in stopped { loop.stop(drain: configuration.delivery.shutdownTimeout) }
    }

    /// Wakes the first loop; one that leaves work behind wakes the next, so that light load keeps to few connections.
    ///
    /// The last wakes the first. That ends: work is left only by a loop that is full, while others have room.
    func wake(after index: Int = -1) {
        loops.withLock { loops in
            if index + 1 < loops.count { loops[index + 1].wake() } else if index > 0 { loops.first?.wake() }
        }
    }

    // MARK: Maintenance

    /// Ends what ran out of time, a bounded number of pushers a call, and forgets gateways that nobody uses.
    /// - Parameter time: Unix milliseconds; nil: what the clock says.
    func sweep(now time: Int64? = nil) {
        var now: Int64 = 0
        var unusedLanes: [String] = []
        var letters: [DeadLetter] = []
        var endedBadges: [(pusher: Int64, askedAt: Int64)] = []
        state.withLock { state in
            now = time ?? state.readClock()
            unusedLanes = state.scheduler.forgetLanes(now: now, limit: 1000)
            var expired = 0
            var failed = 0
            var finished: [Int64] = []
            var badges: [(slot: Int32, askedAt: Int64)] = []
            state.scheduler.sweep(now: now, limit: 20_000) { slot, settlement in
                if case .badgeEnded(_, _, let askedAt) = settlement { badges.append((slot, askedAt)) }
                guard case .buried(let notification, let reason, _) = settlement else { return }
                letters.append(DeadLetter(notification: notification, reason: reason, at: now))
                finished.append(notification)
                if reason == .expired { expired += 1 } else { failed += 1 }
            }
            endedBadges = badges.map { (state.scheduler.pushers[Int($0.slot)].id, $0.askedAt) }
            for notification in finished { state.window.release(notification) }
            if expired > 0 { state.recent.add(.expired, now: now, count: expired) }
            if failed > 0 { state.recent.add(.failed, now: now, count: failed) }
        }
        for lane in unusedLanes { queue.deleteLane(lane) }
        for badge in endedBadges { queue.deleteBadge(of: badge.pusher, upTo: badge.askedAt) }
        if !endedBadges.isEmpty || !letters.isEmpty { wake() }
        guard !letters.isEmpty else { return }
        queue.bury(letters)
        logger.warning("notifications ran out of time", metadata: ["dead_letters": "\(letters.count)"])
    }
}

extension Dispatcher.State {
    /// The time in Unix milliseconds; where the clock was set, what is under way follows it first.
    mutating func readClock(wall: Int64 = UnixClock.now(), steady: Int64 = UnixClock.steady()) -> Int64 {
        let step = clock.step(wall: wall, steady: steady)
        if step != 0 { scheduler.followClock(by: step) }
        return wall
    }

    /// Takes notifications out of a pusher's queue, because they were read, redacted or muted.
    /// - Returns: those that were taken out, which leaves out one in flight.
    @discardableResult
    mutating func cancel(
        _ ids: Set<Int64>, of slot: Int32, because reason: CancellationReason, now: Int64
    ) -> [Int64] {
        let cancelled = scheduler.cancel(ids, of: slot, now: now)
        for notification in cancelled { window.release(notification) }
        if !cancelled.isEmpty { recent.add(.cancelled(reason), now: now, count: cancelled.count) }
        return cancelled
    }
}
