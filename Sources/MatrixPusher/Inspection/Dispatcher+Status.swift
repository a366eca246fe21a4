internal import PushQueue
internal import Synchronization

extension Dispatcher.State {
    /// Fills in what memory knows.
    mutating func describe(into status: inout PusherStatus, now: Int64) {
        let lanes = scheduler.lanes
        var waiting = 0
        for lane in lanes {
            // Behind a gateway that is held back everything waits for its next probe.
            waiting += lane.policy.isHeld ? max(0, lane.held - lane.inFlight) : lane.heldWaiting
            guard lane.pushers > 0 || lane.held > 0 else { continue }
            switch lane.policy.state {
            case .up: status.gateways.up += 1
            case .ramping: status.gateways.ramping += 1
            case .down: status.gateways.down += 1
            case .suspect: status.gateways.suspect += 1
            }
        }
        status.queue.inFlight = scheduler.pendingInFlight
        status.queue.waiting = waiting
        status.queue.due = max(0, scheduler.items.count + scheduler.badges.count - waiting - status.queue.inFlight)
        status.queue.oldestDue = .milliseconds(scheduler.oldestAge(now: now))
        status.pushers.total = scheduler.pusherCount
        status.pushers.failing = scheduler.failures.count
        status.recent.window = RecentOutcomes.window
        status.recent.accepted = recent.total(.accepted, now: now)
        status.recent.failed = recent.total(.failed, now: now)
        status.recent.rejected = recent.total(.rejected, now: now)
        status.recent.expired = recent.total(.expired, now: now)
        for reason in CancellationReason.allCases {
            status.recent.cancelledByReason[reason] = recent.total(.cancelled(reason), now: now)
        }
    }
}

extension Dispatcher {
    /// Corrects a stored notification's state by what only memory knows.
    func adjust(_ summary: inout NotificationSummary, pusher: Int64) {
        state.withLock { state in
            guard let slot = state.scheduler.slot(ofPusher: pusher) else { return }
            let entry = state.scheduler.pushers[Int(slot)]
            if state.scheduler.isInFlight(summary.id, of: slot) {
                summary.state = .inFlight
                summary.nextAttemptAt = nil
            } else if let nextProbeAt = state.scheduler.lanes[Int(entry.lane)].policy.state.nextProbeAt {
                summary.state = .waiting
                summary.nextAttemptAt = max(nextProbeAt, summary.nextAttemptAt ?? 0)
            }
        }
    }
}
