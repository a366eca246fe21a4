/// A pusher's own queue: its notifications, and the counts-only push among them.
extension Scheduler {
    /// Asks for a counts-only push; one that is still to be sent will carry the newest counts anyway.
    /// - Returns: whether the pusher gets one.
    @discardableResult
    mutating func setBadge(_ slot: Int32, at time: Int64, now: Int64) -> Bool {
        guard showsBadge(slot) else { return false }
        let wasFront = front(of: slot)?.isBadge ?? false
        // One in flight is another, even where the clock tells no difference.
        let time = isBadgeInFlight(slot) ? max(time, (badges[slot] ?? 0) + 1) : time
        if badges.updateValue(time, forKey: slot) == nil { count(1, slot) }
        if wasFront { countAnew(slot) }
        schedule(slot, now: now)
        return true
    }

    /// Takes notifications out of a pusher's queue. One in flight finishes, but is not tried again.
    /// - Returns: those that were taken out.
    mutating func cancel(_ ids: Set<Int64>, of slot: Int32, now: Int64) -> [Int64] {
        guard !ids.isEmpty else { return [] }
        let index = Int(slot)
        let head = items.first(of: pushers[index].pending)?.id
        var kept: Int64?
        if let head, ids.contains(head) {
            if inFlightNotification(of: slot) == head {
                pushers[index].flags.insert(.cancelled)
                kept = head
            } else {
                pushers[index].flags.remove([.reduced, .tried])
                failures[slot]?.beginHead()
            }
        }
        let removed = items.remove(from: &pushers[index].pending) { $0 != kept && ids.contains($0) }
        count(-removed.count, slot)
        rest(slot)
        return removed
    }

    /// What a pusher's next request is about.
    struct Front {
        var id: Int64
        var queuedAt: Int64
        var isBadge: Bool
    }

    /// The older of the notification at the front and the counts-only push.
    func front(of slot: Int32) -> Front? {
        let item = items.first(of: pushers[Int(slot)].pending)
        let front = item.map { Front(id: $0.id, queuedAt: items.queuedAt($0), isBadge: false) }
        guard !badges.isEmpty, let badge = badges[slot] else { return front }
        if let front, front.queuedAt <= badge { return front }
        return Front(id: 0, queuedAt: badge, isBadge: true)
    }

    func isBadgeInFlight(_ slot: Int32) -> Bool { pushers[Int(slot)].flags.contains(.badgeInFlight) }

    /// Counts what came into or went out of a pusher's queue.
    mutating func count(_ change: Int, _ slot: Int32) {
        let index = Int(slot)
        let lane = Int(pushers[index].lane)
        pushers[index].queued = UInt32(Int(pushers[index].queued) + change)
        lanes[lane].held += change
        if pushers[index].flags.contains(.waiting) { lanes[lane].heldWaiting += change }
    }

    mutating func dropFirst(_ slot: Int32) {
        let index = Int(slot)
        items.removeFirst(of: &pushers[index].pending)
        pushers[index].flags.remove([.reduced, .tried])
        count(-1, slot)
    }

    mutating func dropBadge(_ slot: Int32) {
        if badges.removeValue(forKey: slot) != nil { count(-1, slot) }
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
