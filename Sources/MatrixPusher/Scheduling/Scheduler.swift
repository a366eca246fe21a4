internal import PushQueue

/// Decides what is sent next: per pusher in order and one at a time, per gateway as its lane allows, fairly among both.
///
/// A pure structure of times and numbers; it knows no content, no thread and no clock.
struct Scheduler: Sendable {
    struct Limits: Sendable {
        var maxInFlight: Int
        var lane: GatewayLane.Limits
        /// Milliseconds; the upper bound of each notification's hold-off.
        var jitterDelay: Int64
        /// Milliseconds; see ``PusherConfiguration/Retry/giveUpAfter``.
        var giveUpAfter: Int64
        /// Milliseconds after which a notification of either priority has expired.
        var maxAge: Int64
        /// Counted attempts after which a refused notification becomes a dead letter.
        static let maxAttempts = 5
    }

    /// A notification to send, or a counts-only push.
    struct Send: Equatable, Sendable {
        var slot: Int32
        var lane: Int32
        /// 0 for a counts-only push.
        var notification: Int64
        /// When the counts-only push was asked for, Unix milliseconds; nil for a notification.
        var badge: Int64?
        var isReduced: Bool
        /// It is the one request that finds out whether a gateway that was down is back.
        var isProbe: Bool
    }

    /// A gateway's lane with its work.
    struct Lane: Sendable {
        let name: String
        var policy: GatewayLane
        /// Pushers whose front notification may go, in turn.
        var readyHead = PusherSlot.none
        var readyTail = PusherSlot.none
        var inFlight = 0
        /// Pending notifications, and those of them behind a pusher's own backoff.
        var held = 0
        var heldWaiting = 0
        /// Pushers in service.
        var pushers = 0
        /// Linked into `active`.
        var isActive = false
        /// When the deadline heap looks at this lane; one entry is enough.
        var deadline: Int64?

        var hasReady: Bool { readyHead != PusherSlot.none }
    }

    let limits: Limits
    let retry: RetrySchedule
    private(set) var pushers: ContiguousArray<PusherSlot> = []
    private(set) var lanes: ContiguousArray<Lane> = []
    private(set) var failures: [Int32: PusherFailure] = [:]
    private(set) var inFlight = 0
    /// Pushers in service.
    private(set) var pusherCount = 0
    var items: PendingItems
    private var users = UserIndex()
    private var laneByName: [String: Int32] = [:]
    /// Lanes that may have something to send, in turn.
    private var active: [Int32] = []
    private var activeStart = 0
    /// When pushers (slot) and lanes (~lane) are to be looked at again.
    private(set) var deadlines = DeadlineHeap()
    private var sweepPosition = 0
    /// Counts-only pushes by pusher, with the Unix milliseconds since when one is wanted.
    private(set) var badges: [Int32: Int64] = [:]
    /// The latest time seen, to notice a clock that is set back.
    private var latestNow: Int64 = .min

    init(limits: Limits, retry: RetrySchedule, now: Int64) {
        self.limits = limits
        self.retry = retry
        items = PendingItems(startedAt: now)
    }

    // MARK: Gateways

    /// The lane of a gateway; made on first sight.
    mutating func lane(named name: String) -> Int32 {
        if let lane = laneByName[name] { return lane }
        let lane = Int32(lanes.count)
        lanes.append(Lane(name: name, policy: GatewayLane(limits: limits.lane)))
        laneByName[name] = lane
        return lane
    }

    /// Restores a lane that was down when the process ended.
    mutating func restoreLane(named name: String, failingSince: Int64, failures: Int, nextProbeAt: Int64) {
        let lane = Int(lane(named: name))
        lanes[lane].policy = GatewayLane(
            limits: limits.lane, failingSince: failingSince, failures: failures, nextProbeAt: nextProbeAt)
    }

    func lane(existing name: String) -> Int32? { laneByName[name] }

    // MARK: Pushers

    /// Adds a pusher, or brings back one that was removed; new row ids ascend, so that a slot is found by binary search.
    @discardableResult
    mutating func addPusher(id: Int64, userHash: Int, gateway: String, isEnabled: Bool) -> Int32 {
        let lane = lane(named: gateway)
        lanes[Int(lane)].pushers += 1
        pusherCount += 1
        if let former = position(ofPusher: id) {
            revive(former, lane: lane, isEnabled: isEnabled)
            return former
        }
        precondition(pushers.last.map { $0.id < id } ?? true, "pushers are added in the order of their ids")
        let slot = Int32(pushers.count)
        pushers.append(PusherSlot(id: id, userHash: userHash, lane: lane, isEnabled: isEnabled))
        let sibling = users.first(userHash, in: pushers)
        if sibling != PusherSlot.none { pushers[Int(slot)].copyCounts(of: pushers[Int(sibling)]) }
        users.insert(slot, in: &pushers)
        return slot
    }

    private mutating func revive(_ slot: Int32, lane: Int32, isEnabled: Bool) {
        let index = Int(slot)
        precondition(pushers[index].flags.contains(.removed), "a pusher in service is not added again")
        pushers[index].lane = lane
        pushers[index].flags.remove([.removed, .disabled])
        if !isEnabled { pushers[index].flags.insert(.disabled) }
        if pushers[index].flags.contains(.inFlight) { pushers[index].flags.insert(.replaced) }
        users.insert(slot, in: &pushers)
    }

    /// The slot of a pusher in service; nil where it was removed or never was.
    func slot(ofPusher id: Int64) -> Int32? {
        position(ofPusher: id).flatMap { pushers[Int($0)].flags.contains(.removed) ? nil : $0 }
    }

    private func position(ofPusher id: Int64) -> Int32? {
        var low = 0
        var high = pushers.count
        while low < high {
            let middle = (low + high) / 2
            if pushers[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < pushers.count && pushers[low].id == id ? Int32(low) : nil
    }

    /// Calls `body` with each pusher in service of a user.
    func forEachPusher(ofUser userHash: Int, _ body: (Int32) -> Void) {
        var slot = users.first(userHash, in: pushers)
        while slot != PusherSlot.none {
            if !pushers[Int(slot)].flags.contains(.removed) { body(slot) }
            slot = pushers[Int(slot)].nextOfUser
        }
    }

    /// A pusher was registered again: perhaps elsewhere, and without failures.
    mutating func replacePusher(_ slot: Int32, gateway: String, isEnabled: Bool, now: Int64) {
        let lane = lane(named: gateway)
        stopWaiting(slot)
        unlinkReady(slot)
        failures[slot] = nil
        let old = Int(pushers[Int(slot)].lane)
        let queued = Int(pushers[Int(slot)].queued)
        lanes[old].held -= queued
        lanes[Int(lane)].held += queued
        lanes[old].pushers -= 1
        lanes[Int(lane)].pushers += 1
        pushers[Int(slot)].lane = lane
        pushers[Int(slot)].flags.remove(.reduced)
        if pushers[Int(slot)].flags.contains(.inFlight) { pushers[Int(slot)].flags.insert(.replaced) }
        if isEnabled { pushers[Int(slot)].flags.remove(.disabled) } else { pushers[Int(slot)].flags.insert(.disabled) }
        schedule(slot, now: now)
    }

    /// Takes a pusher out of service.
    /// - Returns: the ids of what was queued for it.
    mutating func removePusher(_ slot: Int32) -> [Int64] {
        stopWaiting(slot)
        unlinkReady(slot)
        failures[slot] = nil
        pushers[Int(slot)].flags.insert(.removed)
        pushers[Int(slot)].flags.remove([.reduced, .tried, .cancelled])
        badges[slot] = nil
        pusherCount -= 1
        lanes[Int(pushers[Int(slot)].lane)].pushers -= 1
        lanes[Int(pushers[Int(slot)].lane)].held -= Int(pushers[Int(slot)].queued)
        pushers[Int(slot)].queued = 0
        return items.removeAll(of: &pushers[Int(slot)].pending)
    }

    /// Restores the failures of a pusher at start.
    mutating func restoreFailure(_ slot: Int32, _ failure: PusherFailure) {
        failures[slot] = failure
    }

    /// Sets what every request to a user's pushers says from now on.
    mutating func setCounts(ofUser userHash: Int, _ counts: UnreadBoard.Counts) {
        var slot = users.first(userHash, in: pushers)
        while slot != PusherSlot.none {
            pushers[Int(slot)].unread = UInt32(clamping: counts.unread)
            pushers[Int(slot)].missedCalls = UInt16(clamping: counts.missedCalls)
            pushers[Int(slot)].flags.insert(.hasCounts)
            slot = pushers[Int(slot)].nextOfUser
        }
    }

    mutating func setHidesCounts(_ slot: Int32, _ hides: Bool) {
        if hides {
            pushers[Int(slot)].flags.insert(.hidesCounts)
        } else {
            pushers[Int(slot)].flags.remove(.hidesCounts)
        }
    }

    /// Whether a pusher is to be told of these counts: it is in service, shows counts, and knows others.
    func wantsBadge(_ slot: Int32, for counts: UnreadBoard.Counts) -> Bool {
        let pusher = pushers[Int(slot)]
        guard pusher.flags.isDisjoint(with: [.removed, .disabled, .hidesCounts]) else { return false }
        return !pusher.flags.contains(.hasCounts) || pusher.unread != UInt32(clamping: counts.unread)
            || pusher.missedCalls != UInt16(clamping: counts.missedCalls)
    }

    /// Asks for a counts-only push; one that is still to be sent will carry the newest counts anyway.
    mutating func setBadge(_ slot: Int32, at time: Int64, now: Int64) {
        guard pushers[Int(slot)].flags.isDisjoint(with: [.removed, .disabled]) else { return }
        if badges.updateValue(time, forKey: slot) == nil { count(1, slot) }
        schedule(slot, now: now)
    }

    // MARK: Work

    /// Adds a notification at the end of a pusher's queue.
    mutating func enqueue(_ notification: Int64, for slot: Int32, queuedAt: Int64, now: Int64) {
        let index = Int(slot)
        items.append(id: notification, queuedAt: queuedAt, to: &pushers[index].pending)
        count(1, slot)
        schedule(slot, now: now)
    }

    /// The ids of a pusher's queued notifications in order, the one in flight included.
    func pending(of slot: Int32) -> [Int64] { items.ids(of: pushers[Int(slot)].pending) }

    /// The notification of a pusher that is in flight.
    func inFlightNotification(of slot: Int32) -> Int64? {
        let pusher = pushers[Int(slot)]
        guard pusher.flags.contains(.inFlight), !isBadgeInFlight(slot) else { return nil }
        return items.first(of: pusher.pending)?.id
    }

    /// Whether this notification is in flight, or the counts-only push where the id is that of the pusher, negated.
    func isInFlight(_ id: Int64, of slot: Int32) -> Bool {
        guard pushers[Int(slot)].flags.contains(.inFlight) else { return false }
        return isBadgeInFlight(slot) ? id == -pushers[Int(slot)].id : inFlightNotification(of: slot) == id
    }

    /// Takes notifications out of a pusher's queue. One in flight finishes, but is not tried again.
    /// - Returns: those that were taken out.
    mutating func cancel(_ ids: Set<Int64>, of slot: Int32, now: Int64) -> [Int64] {
        let index = Int(slot)
        let head = items.first(of: pushers[index].pending)?.id
        var kept: Int64?
        if let head, ids.contains(head) {
            if pushers[index].flags.contains(.inFlight), !isBadgeInFlight(slot) {
                pushers[index].flags.insert(.cancelled)
                kept = head
            } else {
                pushers[index].flags.remove([.reduced, .tried])
                failures[slot]?.headAttempts = 0
            }
        }
        let removed = items.remove(from: &pushers[index].pending) { $0 != kept && ids.contains($0) }
        count(-removed.count, slot)
        if front(of: slot) == nil {
            stopWaiting(slot)
            unlinkReady(slot)
        }
        return removed
    }

    /// Adds a notification that was queued before the start.
    /// - Parameter attempts: Its counted attempts; only the one at the front has any.
    mutating func restore(_ notification: Int64, for slot: Int32, queuedAt: Int64, attempts: Int, now: Int64) {
        if pushers[Int(slot)].queued == 0 {
            failures[slot]?.headAttempts = attempts
            pushers[Int(slot)].flags.insert(.tried)
        }
        enqueue(notification, for: slot, queuedAt: queuedAt, now: now)
    }

    /// Takes what may be sent now, at most `capacity`, and marks it as in flight.
    mutating func takeSends(capacity: Int, now: Int64, into sends: inout [Send]) {
        followClock(now)
        promote(now: now)
        var budget = min(capacity, limits.maxInFlight - inFlight)
        while budget > 0, activeStart < active.count {
            let lane = active[activeStart]
            activeStart += 1
            if takeSend(from: lane, now: now, into: &sends) {
                budget -= 1
                active.append(lane)
            } else {
                lanes[Int(lane)].isActive = false
                // One that went down while it was active is looked at again at its next probe.
                if case .down(let nextProbeAt) = lanes[Int(lane)].policy.state, nextProbeAt > now { activate(lane) }
            }
        }
        if activeStart > 1024 || activeStart == active.count {
            active.removeFirst(activeStart)
            activeStart = 0
        }
    }

    /// When ``takeSends(capacity:now:into:)`` may have more without anything happening; nil: never.
    func nextDeadline() -> Int64? { deadlines.first?.at }

    /// Whether anything could start at once, given a free slot.
    var hasReadyWork: Bool { activeStart < active.count && inFlight < limits.maxInFlight }

    /// A request has ended.
    /// - Parameter random: uniform in 0..<1, for the jitter.
    mutating func settle(_ send: Send, _ decision: DeliveryDecision, now: Int64, random: Double) -> Settlement {
        inFlight -= 1
        let index = Int(send.slot)
        let lane = Int(send.lane)
        lanes[lane].inFlight -= 1
        let wasReplaced = pushers[index].flags.contains(.replaced)
        pushers[index].flags.remove([.inFlight, .replaced])
        blameLane(lane, decision, isProbe: send.isProbe, now: now)
        activate(send.lane)
        let wasCancelled = pushers[index].flags.contains(.cancelled)
        pushers[index].flags.remove([.cancelled, .badgeInFlight])
        defer { schedule(send.slot, now: now) }
        guard !pushers[index].flags.contains(.removed) else { return .none }
        if send.badge != nil { return wasReplaced ? .none : settleBadge(send, decision, now: now, random: random) }
        guard items.first(of: pushers[index].pending)?.id == send.notification else { return .none }
        if wasCancelled, decision != .done, wasReplaced || decision != .removePusher {
            dropFirst(send.slot)
            failures[send.slot]?.headAttempts = 0
            return .cancelled(notification: send.notification)
        }
        // What was answered to a former registration says nothing about the present one.
        guard !wasReplaced || decision == .done else { return .none }
        switch decision {
        case .done:
            let failure = failures.removeValue(forKey: send.slot)
            let wasTried = pushers[index].flags.contains(.tried)
            dropFirst(send.slot)
            let isNews = pushers[index].noteSuccess(now: now)
            return .accepted(notification: send.notification, hadFailures: wasTried, isNews: failure != nil || isNews)
        case .removePusher:
            return .removed(notifications: removePusher(send.slot))
        case .release:
            return .none
        case .postpone(let pause):
            _ = retried(send, countsAttempt: false, now: now, pause: pause)
            return .none
        case .reduce:
            pushers[index].flags.insert(.reduced)
            return retried(send, countsAttempt: true, now: now, pause: 0)
        case .blameGateway:
            if hasRunOut(send.slot, now: now) { return bury(send.slot, .gaveUp) }
            // A lane that is not down yet holds nobody back: the pusher itself waits a moment.
            let pause = lanes[lane].policy.isDown ? nil : limits.lane.probeInitial
            return retried(send, countsAttempt: false, now: now, pause: pause)
        case .blamePusher(let minimumDelay):
            let attempts = failures[send.slot].map { $0.attempts + 1 } ?? 1
            let pause = max(minimumDelay, retry.delay(afterFailures: attempts, random: random))
            let settlement = retried(send, countsAttempt: true, now: now, pause: pause)
            return hasRunOut(send.slot, now: now) ? bury(send.slot, .gaveUp) : settlement
        case .bury(let reason):
            return bury(send.slot, reason)
        }
    }

    /// A counts-only push has ended.
    private mutating func settleBadge(
        _ send: Send, _ decision: DeliveryDecision, now: Int64, random: Double
    ) -> Settlement {
        switch decision {
        case .done:
            // Newer counts that came meanwhile are still to be sent, and end the failures when they are.
            guard badges[send.slot] == send.badge else { return .none }
            let failure = failures.removeValue(forKey: send.slot)
            dropBadge(send.slot)
            return .badgeEnded(isAccepted: true, recovered: failure != nil)
        case .removePusher:
            return .removed(notifications: removePusher(send.slot))
        case .release:
            return .none
        case .postpone(let pause):
            _ = retried(send, countsAttempt: false, now: now, pause: pause)
            return .none
        case .blameGateway:
            let pause = lanes[Int(send.lane)].policy.isDown ? nil : limits.lane.probeInitial
            return .badgeRetried(failed(send, countsAttempt: false, now: now, pause: pause))
        case .blamePusher(let minimumDelay):
            let attempts = failures[send.slot].map { $0.attempts + 1 } ?? 1
            let pause = max(minimumDelay, retry.delay(afterFailures: attempts, random: random))
            return .badgeRetried(failed(send, countsAttempt: true, now: now, pause: pause))
        case .reduce, .bury:
            failures[send.slot]?.headAttempts = 0
            dropBadge(send.slot)
            return .badgeEnded(isAccepted: false, recovered: false)
        }
    }

    /// Ends the notifications at the front whose time has run out, at most `limit` of them, looking at up to `limit` pushers
    /// from where the last call stopped.
    mutating func sweep(now: Int64, limit: Int, _ body: (Int32, Settlement) -> Void) {
        var looks = min(limit, pushers.count)
        var burials = limit
        while looks > 0, burials > 0 {
            if sweepPosition >= pushers.count { sweepPosition = 0 }
            let slot = Int32(sweepPosition)
            let before = burials
            while burials > 0, !pushers[Int(slot)].flags.contains(.inFlight), let reason = overdue(slot, now: now) {
                body(slot, front(of: slot)?.isBadge == true ? abandonBadge(slot) : bury(slot, reason))
                burials -= 1
            }
            if burials < before { schedule(slot, now: now) }
            looks -= 1
            if burials > 0 { sweepPosition += 1 }
        }
    }

    /// Why the notification at the front is to be ended; nil while it has time.
    private func overdue(_ slot: Int32, now: Int64) -> DeadLetter.Reason? {
        guard let front = front(of: slot) else { return nil }
        if hasRunOut(slot, now: now) { return .gaveUp }
        return now - front.queuedAt > limits.maxAge ? .expired : nil
    }

    /// Notifications in flight whose pusher is still in service.
    var pendingInFlight: Int {
        inFlight == 0 ? 0 : pushers.reduce(0) { $0 + ($1.flags.contains(.inFlight) && $1.queued > 0 ? 1 : 0) }
    }

    /// Milliseconds since the oldest pending notification was queued, its hold-off left out.
    func oldestAge(now: Int64) -> Int64 {
        var oldest = now
        for pusher in pushers {
            guard let item = items.first(of: pusher.pending) else { continue }
            oldest = min(oldest, items.queuedAt(item) + (limits.jitterDelay > 0 ? holdOff(item.id) : 0))
        }
        return now - oldest
    }

    /// Counted attempts of the notification at the front, for ``BlameTable``.
    func headAttempts(_ slot: Int32) -> Int { failures[slot]?.headAttempts ?? 0 }

    // MARK: Pieces

    private mutating func takeSend(from lane: Int32, now: Int64, into sends: inout [Send]) -> Bool {
        let index = Int(lane)
        while lanes[index].hasReady {
            guard lanes[index].policy.allowance(inFlight: lanes[index].inFlight, now: now) > 0, mayHaveMore(lane) else {
                return false
            }
            let slot = lanes[index].readyHead
            let position = Int(slot)
            unlinkReady(slot)
            guard let front = front(of: slot) else { continue }
            pushers[position].flags.insert(front.isBadge ? [.inFlight, .badgeInFlight] : .inFlight)
            let isProbe = lanes[index].policy.sent()
            lanes[index].inFlight += 1
            inFlight += 1
            sends.append(
                Send(
                    slot: slot, lane: lane, notification: front.id, badge: front.isBadge ? front.queuedAt : nil,
                    isReduced: pushers[position].flags.contains(.reduced), isProbe: isProbe))
            return true
        }
        return false
    }

    /// No lane takes more than half of all slots while another has work.
    private func mayHaveMore(_ lane: Int32) -> Bool {
        activeStart >= active.count || lanes[Int(lane)].inFlight < max(1, limits.maxInFlight / 2)
    }

    /// Puts a pusher where it belongs: into its lane's ready list, or to wait.
    private mutating func schedule(_ slot: Int32, now: Int64) {
        let index = Int(slot)
        guard pushers[index].flags.isDisjoint(with: [.removed, .disabled, .inFlight, .ready, .waiting]),
            let front = front(of: slot)
        else { return }
        var dueAt = failures.isEmpty ? 0 : failures[slot]?.nextAttemptAt ?? 0
        if limits.jitterDelay > 0, !front.isBadge {
            // Queued later than now: the clock was set back, and nobody knows how long ago that was.
            if front.queuedAt <= now { dueAt = max(dueAt, front.queuedAt + holdOff(front.id)) }
        }
        if dueAt > now {
            pushers[index].flags.insert(.waiting)
            lanes[Int(pushers[index].lane)].heldWaiting += Int(pushers[index].queued)
            deadlines.insert(slot, at: dueAt)
            return
        }
        let lane = pushers[index].lane
        pushers[index].flags.insert(.ready)
        let tail = lanes[Int(lane)].readyTail
        pushers[index].previousReady = tail
        if tail == PusherSlot.none {
            lanes[Int(lane)].readyHead = slot
        } else {
            pushers[Int(tail)].nextReady = slot
        }
        lanes[Int(lane)].readyTail = slot
        activate(lane)
    }

    /// Takes a pusher out of its lane's ready list.
    private mutating func unlinkReady(_ slot: Int32) {
        let index = Int(slot)
        guard pushers[index].flags.contains(.ready) else { return }
        pushers[index].flags.remove(.ready)
        let (previous, next) = (pushers[index].previousReady, pushers[index].nextReady)
        let lane = Int(pushers[index].lane)
        if previous == PusherSlot.none { lanes[lane].readyHead = next } else { pushers[Int(previous)].nextReady = next }
        if next == PusherSlot.none {
            lanes[lane].readyTail = previous
        } else {
            pushers[Int(next)].previousReady = previous
        }
        pushers[index].previousReady = PusherSlot.none
        pushers[index].nextReady = PusherSlot.none
    }

    private mutating func activate(_ lane: Int32) {
        let index = Int(lane)
        guard !lanes[index].isActive, lanes[index].hasReady else { return }
        if case .down(let nextProbeAt) = lanes[index].policy.state {
            // The end of the probe activates the lane.
            guard !lanes[index].policy.isProbing else { return }
            if lanes[index].deadline.map({ $0 > nextProbeAt }) ?? true {
                lanes[index].deadline = nextProbeAt
                deadlines.insert(~lane, at: nextProbeAt)
            }
            return
        }
        lanes[index].isActive = true
        active.append(lane)
    }

    /// Moves what has become due to where it can be taken.
    private mutating func promote(now: Int64) {
        while let entry = deadlines.first, entry.at <= now {
            deadlines.popFirst()
            if entry.value < 0 {
                let lane = Int(~entry.value)
                lanes[lane].deadline = nil
                guard !lanes[lane].isActive, lanes[lane].hasReady else { continue }
                lanes[lane].isActive = true
                active.append(~entry.value)
            } else if pushers[Int(entry.value)].flags.contains(.waiting),
                (failures[entry.value]?.nextAttemptAt ?? 0) <= now
            {
                stopWaiting(entry.value)
                schedule(entry.value, now: now)
            }
        }
    }

    /// After the clock was set back the pauses that are under way end when they would have ended.
    private mutating func followClock(_ now: Int64) {
        // Loops read the clock before they get the lock: a little disorder is no set-back.
        guard latestNow != .min, now < latestNow - 10_000 else {
            latestNow = max(latestNow, now)
            return
        }
        let shift = now - latestNow
        latestNow = now
        deadlines.shift(by: shift)
        for index in failures.values.indices { failures.values[index].nextAttemptAt += shift }
        for index in lanes.indices {
            lanes[index].policy.shift(by: shift)
            lanes[index].deadline = lanes[index].deadline.map { $0 + shift }
        }
    }

    private mutating func stopWaiting(_ slot: Int32) {
        guard pushers[Int(slot)].flags.contains(.waiting) else { return }
        pushers[Int(slot)].flags.remove(.waiting)
        lanes[Int(pushers[Int(slot)].lane)].heldWaiting -= Int(pushers[Int(slot)].queued)
    }

    /// What a pusher's next request is about.
    private struct Front {
        var id: Int64
        var queuedAt: Int64
        var isBadge: Bool
    }

    /// The older of the notification at the front and the counts-only push.
    private func front(of slot: Int32) -> Front? {
        let item = items.first(of: pushers[Int(slot)].pending)
        let front = item.map { Front(id: $0.id, queuedAt: items.queuedAt($0), isBadge: false) }
        guard !badges.isEmpty, let badge = badges[slot] else { return front }
        if let front, front.queuedAt <= badge { return front }
        return Front(id: 0, queuedAt: badge, isBadge: true)
    }

    private func isBadgeInFlight(_ slot: Int32) -> Bool { pushers[Int(slot)].flags.contains(.badgeInFlight) }

    /// Counts what came into or went out of a pusher's queue.
    private mutating func count(_ change: Int, _ slot: Int32) {
        let index = Int(slot)
        let lane = Int(pushers[index].lane)
        pushers[index].queued = UInt32(Int(pushers[index].queued) + change)
        lanes[lane].held += change
        if pushers[index].flags.contains(.waiting) { lanes[lane].heldWaiting += change }
    }

    private mutating func dropFirst(_ slot: Int32) {
        let index = Int(slot)
        items.removeFirst(of: &pushers[index].pending)
        pushers[index].flags.remove([.reduced, .tried])
        count(-1, slot)
    }

    private mutating func dropBadge(_ slot: Int32) {
        if badges.removeValue(forKey: slot) != nil { count(-1, slot) }
    }

    private mutating func retried(_ send: Send, countsAttempt: Bool, now: Int64, pause: Int64?) -> Settlement {
        let failure = failed(send, countsAttempt: countsAttempt, now: now, pause: pause)
        pushers[Int(send.slot)].flags.insert(.tried)
        return .retried(
            notification: send.notification, countsAttempt: countsAttempt, failure: failure,
            nextAttemptAt: pause == nil ? nil : failure.nextAttemptAt)
    }

    /// Notes a failure of the pusher, or of its gateway.
    private mutating func failed(_ send: Send, countsAttempt: Bool, now: Int64, pause: Int64?) -> PusherFailure {
        var failure = failures[send.slot] ?? PusherFailure(failingSince: now)
        if countsAttempt {
            failure.attempts += 1
            failure.headAttempts += 1
        }
        failure.nextAttemptAt = pause.map { now + $0 } ?? failure.nextAttemptAt
        failures[send.slot] = failure
        return failure
    }

    /// Ends the counts-only push of a pusher with nothing in flight.
    private mutating func abandonBadge(_ slot: Int32) -> Settlement {
        stopWaiting(slot)
        unlinkReady(slot)
        dropBadge(slot)
        return .badgeEnded(isAccepted: false, recovered: false)
    }

    private mutating func bury(_ slot: Int32, _ reason: DeadLetter.Reason) -> Settlement {
        let notification = items.first(of: pushers[Int(slot)].pending)?.id ?? 0
        stopWaiting(slot)
        unlinkReady(slot)
        dropFirst(slot)
        // The next notification counts its own attempts; the pusher stays a failing one.
        failures[slot]?.headAttempts = 0
        switch reason {
        case .refused, .tooLarge, .blockedAddress: failures[slot]?.nextAttemptAt = 0
        // Running out of time says nothing about the pusher: its backoff goes on.
        case .gaveUp, .expired: break
        }
        return .buried(notification: notification, reason: reason, failure: failures[slot])
    }

    /// Whether the notification at the front was queued, and its pusher failing, for as long as is patient.
    private func hasRunOut(_ slot: Int32, now: Int64) -> Bool {
        guard let front = front(of: slot) else { return false }
        let pusherSince = failures.isEmpty ? Int64.max : failures[slot]?.failingSince ?? .max
        let laneSince = lanes[Int(pushers[Int(slot)].lane)].policy.failingSince ?? .max
        let failingSince = min(pusherSince, laneSince)
        return failingSince != .max && now - max(failingSince, front.queuedAt) >= limits.giveUpAfter
    }

    private mutating func blameLane(_ lane: Int, _ decision: DeliveryDecision, isProbe: Bool, now: Int64) {
        switch decision {
        case .done, .removePusher, .blamePusher, .reduce, .bury(.refused), .bury(.tooLarge):
            lanes[lane].policy.succeeded(hasBacklog: lanes[lane].hasReady)
        case .blameGateway(let retryAfter):
            lanes[lane].policy.failed(now: now, retryAfter: retryAfter, isProbe: isProbe)
        case .bury, .release, .postpone:
            lanes[lane].policy.abandoned(isProbe: isProbe)
        }
    }

    /// A notification's own random part of `jitterDelay`, the same after a restart.
    private func holdOff(_ notification: Int64) -> Int64 {
        var hash = UInt64(bitPattern: notification) &+ 0x9E37_79B9_7F4A_7C15
        hash = (hash ^ hash >> 30) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ hash >> 27) &* 0x94D0_49BB_1331_11EB
        return Int64((hash ^ hash >> 31) % UInt64(limits.jitterDelay + 1))
    }
}
