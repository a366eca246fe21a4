/// What is queued, and when it may be sent.
extension Scheduler {
    /// Adds a notification at the end of a pusher's queue.
    /// - Parameter expiresAt: Unix milliseconds, where the event has a lifetime of its own.
    mutating func enqueue(
        _ notification: Int64, for slot: Int32, queuedAt: Int64, isHighPriority: Bool = false, expiresAt: Int64? = nil,
        now: Int64
    ) {
        let maxAge = isHighPriority ? limits.maxAge.high : limits.maxAge.low
        let expiresAt = expiresAt.flatMap { $0 - queuedAt < maxAge ? $0 : nil }
        items.append(
            id: notification, queuedAt: queuedAt, isHighPriority: isHighPriority, expiresAt: expiresAt, owner: slot,
            to: &pushers[Int(slot)].pending)
        count(1, slot)
        schedule(slot, now: now)
    }

    /// The ids of a pusher's queued notifications in order, the one in flight included.
    func pending(of slot: Int32) -> [Int64] { items.ids(of: pushers[Int(slot)].pending) }

    /// The notification of a pusher that is in flight.
    func inFlightNotification(of slot: Int32) -> Int64? {
        let pusher = pushers[Int(slot)]
        guard pusher.flags.contains(.inFlight), pusher.flags.isDisjoint(with: [.badgeInFlight, .strangerInFlight])
        else { return nil }
        return items.first(of: pusher.pending)?.id
    }

    /// Whether this notification is in flight, or the counts-only push where the id is that of the pusher, negated.
    func isInFlight(_ id: Int64, of slot: Int32) -> Bool {
        guard pushers[Int(slot)].flags.contains(.inFlight) else { return false }
        return isBadgeInFlight(slot) ? id == -pushers[Int(slot)].id : inFlightNotification(of: slot) == id
    }

    /// Adds a notification that was queued before the start.
    /// - Parameter refusals: How often it was refused; only the one at the front can have been.
    mutating func restore(
        _ notification: Int64, for slot: Int32, queuedAt: Int64, refusals: Int, isHighPriority: Bool = false,
        expiresAt: Int64? = nil, now: Int64
    ) {
        if pushers[Int(slot)].queued == 0 {
            failures[slot]?.refusals = refusals
            pushers[Int(slot)].flags.insert(.tried)
        }
        enqueue(
            notification, for: slot, queuedAt: queuedAt, isHighPriority: isHighPriority, expiresAt: expiresAt, now: now)
    }

    /// Takes what may be sent now, at most `capacity`, and marks it as in flight.
    mutating func takeSends(capacity: Int, now: Int64, into sends: inout [Send]) {
        promote(now: now)
        var budget = min(capacity, limits.maxInFlight - inFlight)
        while budget > 0, activeStart < active.count || readmit() {
            let lane = active[activeStart]
            activeStart += 1
            if takeSend(from: lane, now: now, into: &sends) {
                budget -= 1
                active.append(lane)
            } else {
                lanes[Int(lane)].isActive = false
                // One that went down while it was active is looked at again at its next probe.
                if let nextProbeAt = lanes[Int(lane)].policy.state.nextProbeAt, nextProbeAt > now { activate(lane) }
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
    var hasReadyWork: Bool { (activeStart < active.count || mayReadmit) && mayTakeMore }

    /// Whether what is queued now for a pusher is likely to be sent soon: its gateway is not held back and not far
    /// behind. Pushers that wait by themselves hold up nobody else.
    func mayBeSentSoon(_ slot: Int32) -> Bool {
        let lane = Int(pushers[Int(slot)].lane)
        return lanes[lane].held - lanes[lane].heldWaiting < Self.farBehind && !lanes[lane].policy.isHeld
    }

    private static let farBehind = 16_384

    /// Whether more requests may be in flight.
    var mayTakeMore: Bool { inFlight < limits.maxInFlight }

    private mutating func takeSend(from lane: Int32, now: Int64, into sends: inout [Send]) -> Bool {
        let index = Int(lane)
        while lanes[index].hasReady {
            guard lanes[index].policy.allowance(inFlight: lanes[index].inFlight, now: now) > 0 else { return false }
            guard mayHaveMore(lane) else {
                crowdOut(lane)
                return false
            }
            guard let slot = nextReady(of: index) else { return false }
            unlinkReady(slot)
            guard let front = front(of: slot) else { continue }
            let position = Int(slot)
            pushers[position].flags.insert(front.isBadge ? [.inFlight, .badgeInFlight] : .inFlight)
            let isProbe = lanes[index].policy.sent()
            lanes[index].inFlight += 1
            inFlight += 1
            var send = Send(
                slot: slot, lane: lane, notification: front.id, badge: front.isBadge ? front.queuedAt : nil,
                isReduced: pushers[position].flags.contains(.reduced), isProbe: isProbe,
                generation: lanes[index].policy.generation)
            if !front.isBadge, let item = items.first(of: pushers[position].pending) {
                send.isExpired = items.hasExpired(item, limits.maxAge, now: now)
            }
            sends.append(send)
            return true
        }
        return false
    }

    /// The pusher whose turn it is. The probe of a suspected gateway goes to one that is well, where one is near its turn: a
    /// dead key, which is due again and again, would prolong the suspicion.
    private mutating func nextReady(of lane: Int) -> Int32? {
        var slot = lanes[lane].ready.next()
        guard lanes[lane].policy.state.isSuspect else { return slot }
        for _ in 0..<Self.looksForProbe {
            guard let failing = slot, failures[failing] != nil else { break }
            lanes[lane].ready.remove(failing, in: &pushers)
            lanes[lane].ready.append(failing, in: &pushers)
            slot = lanes[lane].ready.next()
        }
        return slot
    }

    private static let looksForProbe = 128

    /// Puts a pusher where it belongs: into its lane's ready list, or to wait.
    mutating func schedule(_ slot: Int32, now: Int64) {
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
        lanes[Int(lane)].ready.append(slot, in: &pushers)
        activate(lane)
    }

    /// Takes a pusher out of its lane's ready queue.
    mutating func unlinkReady(_ slot: Int32) {
        guard pushers[Int(slot)].flags.contains(.ready) else { return }
        pushers[Int(slot)].flags.remove(.ready)
        lanes[Int(pushers[Int(slot)].lane)].ready.remove(slot, in: &pushers)
    }

    /// Moves what has become due to where it can be taken.
    mutating func promote(now: Int64) {
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

    mutating func stopWaiting(_ slot: Int32) {
        guard pushers[Int(slot)].flags.contains(.waiting) else { return }
        pushers[Int(slot)].flags.remove(.waiting)
        lanes[Int(pushers[Int(slot)].lane)].heldWaiting -= Int(pushers[Int(slot)].queued)
    }

    /// A notification's own random part of `jitterDelay`, the same after a restart.
    func holdOff(_ notification: Int64) -> Int64 {
        var hash = UInt64(bitPattern: notification) &+ 0x9E37_79B9_7F4A_7C15
        hash = (hash ^ hash >> 30) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ hash >> 27) &* 0x94D0_49BB_1331_11EB
        return Int64((hash ^ hash >> 31) % UInt64(limits.jitterDelay + 1))
    }
}
