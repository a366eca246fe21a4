internal import PushQueue

/// The notifications among those read at start that were dead letters once: held back until their turn.
///
/// They are read in the order of their ids, but stand where they were when the process ended: behind what was queued before
/// they were put back, ahead of what came later, whose ids are all above theirs.
struct RevivedNotifications {
    /// By pusher slot, in the order of their turn.
    private var held: [Int32: ArraySlice<PendingNotification>] = [:]

    /// The pushers for which something is held back.
    var slots: [Int32] { Array(held.keys) }

    mutating func hold(_ notification: PendingNotification, for slot: Int32) {
        var list = held.removeValue(forKey: slot) ?? []
        // Most were put back in the order of their ids.
        let place = list.lastIndex { $0.queuedAt <= notification.queuedAt }.map { $0 + 1 } ?? list.startIndex
        list.insert(notification, at: place)
        held[slot] = list
    }

    /// Takes out the next one of a pusher that comes before one queued at this time, Unix milliseconds.
    mutating func next(for slot: Int32, queuedBefore time: Int64) -> PendingNotification? {
        guard !held.isEmpty, let first = held[slot]?.first, first.queuedAt < time else { return nil }
        held[slot]?.removeFirst()
        if held[slot]?.isEmpty ?? false { held[slot] = nil }
        return first
    }
}
