internal import PushQueue

/// Decides what is sent next: per pusher in order and one at a time, per gateway as its lane allows, fairly among both.
///
/// A pure structure of times and numbers; it knows no content, no thread and no clock. Its parts stand in several files, so
/// that its members are internal; only they change them.
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
    var pushers: ContiguousArray<PusherSlot> = []
    var lanes: ContiguousArray<Lane> = []
    var failures: [Int32: PusherFailure] = [:]
    var inFlight = 0
    /// Pushers in service.
    var pusherCount = 0
    var items: PendingItems
    var users = UserIndex()
    var laneByName: [String: Int32] = [:]
    /// Lanes that may have something to send, in turn.
    var active: [Int32] = []
    var activeStart = 0
    /// When pushers (slot) and lanes (~lane) are to be looked at again.
    var deadlines = DeadlineHeap()
    var sweepPosition = 0
    /// Counts-only pushes by pusher, with the Unix milliseconds since when one is wanted.
    var badges: [Int32: Int64] = [:]
    /// The latest time seen, to notice a clock that is set back.
    var latestNow: Int64 = .min

    init(limits: Limits, retry: RetrySchedule, now: Int64) {
        self.limits = limits
        self.retry = retry
        items = PendingItems(startedAt: now)
    }

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

    mutating func revive(_ slot: Int32, lane: Int32, isEnabled: Bool) {
        let index = Int(slot)
        precondition(pushers[index].flags.contains(.removed), "a pusher in service is not added again")
        pushers[index].lane = lane
        pushers[index].flags.remove([.removed, .disabled])
        if !isEnabled { pushers[index].flags.insert(.disabled) }
        if pushers[index].flags.contains(.inFlight) { pushers[index].flags.formUnion([.replaced, .strangerInFlight]) }
        users.insert(slot, in: &pushers)
    }

    /// The slot of a pusher in service; nil where it was removed or never was.
    func slot(ofPusher id: Int64) -> Int32? {
        position(ofPusher: id).flatMap { pushers[Int($0)].flags.contains(.removed) ? nil : $0 }
    }

    func position(ofPusher id: Int64) -> Int32? {
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
            dropBadge(slot)
            rest(slot)
        } else {
            pushers[Int(slot)].flags.remove(.hidesCounts)
        }
    }

    /// Whether a pusher gets counts-only pushes: it is in service and shows counts.
    func showsBadge(_ slot: Int32) -> Bool {
        pushers[Int(slot)].flags.isDisjoint(with: [.removed, .disabled, .hidesCounts])
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

    /// A notification that has taken the front from the counts-only push begins with no attempts of its own.
    mutating func countAnew(_ slot: Int32) {
        if front(of: slot)?.isBadge == false { failures[slot]?.beginHead() }
    }

    /// Takes a pusher with nothing left out of where it waits or stands ready.
    mutating func rest(_ slot: Int32) {
        guard front(of: slot) == nil else { return }
        stopWaiting(slot)
        unlinkReady(slot)
    }

    /// Ends the counts-only push of a pusher with nothing in flight.
    mutating func abandonBadge(_ slot: Int32) -> Settlement {
        stopWaiting(slot)
        unlinkReady(slot)
        let askedAt = badges[slot] ?? .min
        dropBadge(slot)
        failures[slot]?.beginHead()
        return .badgeEnded(isAccepted: false, recovered: false, askedAt: askedAt)
    }
}
