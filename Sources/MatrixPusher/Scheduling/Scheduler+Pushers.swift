/// Pushers come, change and go.
extension Scheduler {
    /// Adds a pusher, or brings back one that was removed; new row ids ascend, so that a slot is found by binary search.
    @discardableResult
    mutating func addPusher(id: Int64, userHash: Int, gateway: String, isEnabled: Bool) -> Int32 {
        let lane = lane(named: gateway)
        countPushers(1, lane: lane)
        pusherCount += 1
        if let former = position(ofPusher: id) {
            revive(former, lane: lane, isEnabled: isEnabled)
            return former
        }
        precondition(pushers.last.map { $0.id < id } ?? true, "pushers are added in the order of their ids")
        let slot = Int32(pushers.count)
        let sibling = users.first(userHash, in: pushers)
        let isNewUser = sibling == PusherSlot.none
        let userClass = isNewUser ? userClasses.deal() : pushers[Int(sibling)].userClass
        pushers.append(
            PusherSlot(id: id, userHash: userHash, userClass: userClass, lane: lane, isEnabled: isEnabled))
        if !isNewUser { pushers[Int(slot)].copyCounts(of: pushers[Int(sibling)]) }
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
        // Most databases lose few pushers, so that a slot is not far below its id less the first one.
        var low = 0
        var high = pushers.count
        if let first = pushers.first?.id, id >= first, id - first < Int64(high) {
            high = Int(id - first) + 1
            if pushers[high - 1].id == id { return Int32(high - 1) }
        }
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
        countPushers(-1, lane: Int32(old))
        countPushers(1, lane: lane)
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
        countPushers(-1, lane: pushers[Int(slot)].lane)
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
}
