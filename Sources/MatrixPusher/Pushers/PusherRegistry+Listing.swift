internal import PushQueue
internal import Synchronization

/// Pushers with what memory knows of their health.
extension PusherRegistry {
    /// The pushers of a user.
    func list(userID: String) throws(PusherError) -> [PusherSummary] {
        try read { reader throws(QueueError) in try reader.pushers(of: userID) }.map(summary)
    }

    func list(_ filter: PusherFilter) throws(PusherError) -> [PusherSummary] {
        try read { reader throws(QueueError) in try PusherListing.pushers(filter, from: reader) }.map(summary)
    }

    func summary(id: Int64) throws(PusherError) -> PusherSummary? {
        try read { reader throws(QueueError) in try reader.pusher(id) }.map(summary)
    }

    private func summary(_ row: PusherRow) -> PusherSummary {
        dispatcher.state.withLock { state in
            guard let slot = state.scheduler.slot(ofPusher: row.id) else { return PusherSummary(row, queued: 0) }
            let entry = state.scheduler.pushers[Int(slot)]
            var summary = PusherSummary(row, queued: Int(entry.queued))
            // Behind a gateway that is held back all wait for its next probe.
            if entry.queued > 0, let nextProbeAt = state.scheduler.lanes[Int(entry.lane)].policy.state.nextProbeAt {
                summary.nextAttemptAt = max(nextProbeAt, summary.nextAttemptAt ?? 0)
            }
            return summary
        }
    }
}
