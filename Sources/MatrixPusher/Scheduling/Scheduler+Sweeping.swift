internal import PushQueue

/// What follows when time has run out.
extension Scheduler {
    /// Ends up to `limit` notifications whose time has run out: those with a lifetime of their own first, then what is found
    /// in up to `limit` pushers, and each with a look at so many others, from where the last call stopped.
    mutating func sweep(now: Int64, limit: Int, _ body: (Int32, Settlement) -> Void) {
        var burials = limit
        expireLifetimes(now: now, limit: limit, burials: &burials, body)
        var pushersLeft = min(limit, pushers.count)
        var looks = limit
        while pushersLeft > 0, burials > 0, looks > 0 {
            if sweepPosition >= pushers.count { sweepPosition = 0 }
            let slot = Int32(sweepPosition)
            pushersLeft -= 1
            burials -= giveUp(slot, now: now, limit: burials, body)
            burials -= expire(slot, isThorough: false, now: now, limit: burials, looks: &looks, body)
            if burials > 0 { sweepPosition += 1 }
        }
    }

    /// Ends what has outlived its own lifetime, with a look at up to `limit` others. What is deeper in a queue ends when it
    /// comes nearer to the front; it is never sent.
    private mutating func expireLifetimes(
        now: Int64, limit: Int, burials: inout Int, _ body: (Int32, Settlement) -> Void
    ) {
        // However many moments a queue has, it is gone through once.
        var slots: [Int32] = []
        var known: Set<Int32> = []
        for _ in 0..<limit {
            guard let slot = items.expiring(now: now) else { break }
            if known.insert(slot).inserted { slots.append(slot) }
        }
        var looks = limit
        for slot in slots {
            let looksBefore = looks
            if burials > 0, looks > 0 {
                burials -= expire(slot, isThorough: true, now: now, limit: burials, looks: &looks, body)
            }
            // What is in flight, or was too much for this call, is looked at again.
            guard hasExpired(slot, now: now) || burials == 0 || looks == 0 else { continue }
            // A queue that is too long for all looks is not worth them every second.
            let isTooLong = looksBefore == limit && looks == 0 && burials > 0
            items.remind(of: slot, at: now + (isTooLong ? 60_000 : 1000))
        }
    }

    /// Ends what was at the front for as long as is patient, and a counts-only push that is too old.
    private mutating func giveUp(_ slot: Int32, now: Int64, limit: Int, _ body: (Int32, Settlement) -> Void) -> Int {
        guard pushers[Int(slot)].queued > 0, !pushers[Int(slot)].flags.contains(.inFlight) else { return 0 }
        var ended = 0
        while ended < limit, let front = front(of: slot) {
            guard hasRunOut(slot, now: now) || front.isBadge && now - front.queuedAt > limits.maxAge.low else { break }
            body(slot, front.isBadge ? abandonBadge(slot) : bury(slot, .gaveUp))
            ended += 1
        }
        if ended > 0 { schedule(slot, now: now) }
        return ended
    }

    /// Ends what has expired, wherever in the queue it is; a request in flight goes on.
    private mutating func expire(
        _ slot: Int32, isThorough: Bool, now: Int64, limit: Int, looks: inout Int, _ body: (Int32, Settlement) -> Void
    ) -> Int {
        let index = Int(slot)
        let isFrontInFlight = inFlightNotification(of: slot) != nil
        let front = items.first(of: pushers[index].pending)?.id
        let expired = items.removeExpired(
            from: &pushers[index].pending, limits.maxAge, now: now, skipsFirst: isFrontInFlight,
            isThorough: isThorough, limit: limit, looks: &looks)
        guard !expired.isEmpty else { return 0 }
        if expired.first == front {
            stopWaiting(slot)
            unlinkReady(slot)
            pushers[index].flags.remove([.reduced, .tried])
            // The next notification counts its own attempts; the pusher stays a failing one, and its backoff goes on.
            failures[slot]?.beginHead()
        }
        count(-expired.count, slot)
        for notification in expired {
            body(slot, .buried(notification: notification, reason: .expired, countsAttempt: false))
        }
        schedule(slot, now: now)
        return expired.count
    }

    /// Whether the notification at the front has expired.
    private func hasExpired(_ slot: Int32, now: Int64) -> Bool {
        items.first(of: pushers[Int(slot)].pending).map { items.hasExpired($0, limits.maxAge, now: now) } ?? false
    }

    /// Whether the notification at the front was queued, and its pusher failing, for as long as is patient.
    func hasRunOut(_ slot: Int32, now: Int64) -> Bool {
        guard let front = front(of: slot) else { return false }
        let pusherSince = failures.isEmpty ? Int64.max : failures[slot]?.failingSince ?? .max
        let laneSince = lanes[Int(pushers[Int(slot)].lane)].policy.failingSince ?? .max
        let failingSince = min(pusherSince, laneSince)
        return failingSince != .max && now - max(failingSince, front.queuedAt) >= limits.giveUpAfter
    }
}
