internal import Logging
internal import PushGateway
internal import PushQueue

/// Collects, under the dispatcher's lock, what settlements want written, and posts it to the queue outside of it.
struct SettlementWrites {
    private var finished: [FinishedNotification] = []
    private var failures: [FailedAttempt] = []
    private var succeeded: [Int64] = []
    private var letters: [DeadLetter] = []
    private var removals: [(pusher: Int64, notifications: [Int64])] = []
    private var badges: [(pusher: Int64, askedAt: Int64)] = []
    private var healths: [(pusher: Int64, health: PusherHealth)] = []
    private var laneChanges: [LaneChange] = []

    private struct LaneChange {
        var gateway: String
        var policy: GatewayLane
        var former: GatewayLane.State
        var isNews: Bool
        var reason: String
    }

    mutating func add(
        _ settlement: Settlement, pusher: Int64, transfer: FinishedTransfer?, nextProbeAt: Int64?,
        state: inout Dispatcher.State, now: Int64
    ) {
        switch settlement {
        case .none:
            break
        case .accepted(let notification, let hadFailures, let isNews):
            finished.append(FinishedNotification(id: notification, hadFailures: hadFailures))
            if isNews { succeeded.append(pusher) }
            state.window.release(notification)
            if transfer != nil { state.recent.add(.accepted, now: now) }
        case .retried(let notification, let countsAttempt, let failure, let nextAttemptAt):
            // Whichever holds it back for longer, the pusher or its gateway.
            let attempt = Self.record(
                transfer, now: now, nextAttemptAt: [nextAttemptAt, nextProbeAt].compactMap(\.self).max())
            failures.append(
                FailedAttempt(
                    notification: notification, attempt: attempt, countsAttempt: countsAttempt,
                    refusals: failure.refusals, pusher: pusher,
                    health: PusherHealth(
                        failingSince: failure.failingSince, attempts: failure.attempts,
                        nextAttemptAt: nextAttemptAt, lastError: attempt.lastError)))
            state.recent.add(.failed, now: now)
        case .buried(let notification, let reason, let countsAttempt):
            letters.append(
                DeadLetter(
                    notification: notification, reason: reason, at: now,
                    lastAttempt: transfer.map { Self.record($0, now: now, nextAttemptAt: nil) },
                    countsAttempt: countsAttempt))
            state.window.release(notification)
            state.recent.add(reason == .expired ? .expired : .failed, now: now)
        case .cancelled(let notification):
            finished.append(FinishedNotification(id: notification, hadFailures: true))
            state.window.release(notification)
            state.recent.add(.cancelled(.unanswered), now: now)
        case .badgeEnded(let isAccepted, let isRecovered, let askedAt):
            badges.append((pusher, askedAt))
            if isRecovered { succeeded.append(pusher) }
            state.recent.add(isAccepted ? .accepted : .failed, now: now)
        case .badgeRetried(let failure):
            let reason = transfer?.outcome.reason
            healths.append((pusher, PusherHealth(failure, lastError: reason)))
            state.recent.add(.failed, now: now)
        case .removed(let notifications):
            removals.append((pusher, notifications))
            for notification in notifications { state.window.release(notification) }
            state.recent.add(.rejected, now: now)
            state.recent.add(.cancelled(.removed), now: now, count: max(0, notifications.count - 1))
        }
    }

    /// A gateway was held back, came back, or failed another probe.
    /// - Parameter isNews: This suspicion is not one of several within minutes.
    mutating func laneChanged(
        _ lane: Scheduler.Lane, from former: GatewayLane.State, isNews: Bool, outcome: GatewayOutcome
    ) {
        laneChanges.append(
            LaneChange(
                gateway: lane.name, policy: lane.policy, former: former, isNews: isNews, reason: outcome.reason))
    }

    /// Hands everything to the queue and the log.
    func post(to dispatcher: Dispatcher, now: Int64) {
        let queue = dispatcher.queue
        if !finished.isEmpty { queue.finish(finished) }
        for failure in failures { queue.recordFailure(failure) }
        for badge in badges { queue.deleteBadge(of: badge.pusher, upTo: badge.askedAt) }
        for (pusher, health) in healths { queue.updateHealth(of: pusher, to: health) }
        for pusher in succeeded { queue.updateHealth(of: pusher, to: PusherHealth(lastSuccessAt: now)) }
        if !letters.isEmpty {
            queue.bury(letters)
            for letter in letters {
                dispatcher.logger.warning(
                    "notification became a dead letter",
                    metadata: [
                        "id": "\(letter.notification)", "reason": "\(letter.reason.rawValue)",
                        "last_error": "\(letter.lastAttempt?.lastError ?? "none")",
                    ])
            }
        }
        for removal in removals { Self.remove(removal.pusher, removal.notifications, dispatcher, now: now) }
        for change in laneChanges { Self.post(change, to: dispatcher) }
    }

    private static func post(_ change: LaneChange, to dispatcher: Dispatcher) {
        guard let nextProbeAt = change.policy.state.nextProbeAt, let failingSince = change.policy.failingSince else {
            dispatcher.queue.deleteLane(change.gateway)
            dispatcher.logger.notice("gateway is back", metadata: ["gateway": "\(change.gateway)"])
            return
        }
        let isSuspect = change.policy.state.isSuspect
        dispatcher.queue.setLane(
            LaneRecord(
                gateway: change.gateway, failingSince: failingSince, failures: change.policy.failures,
                nextProbeAt: nextProbeAt, isSuspect: isSuspect))
        if isSuspect, !change.former.isSuspect {
            dispatcher.logger.log(
                level: change.isNews ? .error : .notice,
                "gateway rejects too many pushkeys: no more of its pushers are removed, and one request a minute is sent",
                metadata: ["gateway": "\(change.gateway)"])
        } else {
            let isStill = change.former.nextProbeAt != nil
            dispatcher.logger.log(
                level: isStill ? .debug : .warning,
                isSuspect ? "gateway is still suspected" : isStill ? "gateway is still down" : "gateway is down",
                metadata: ["gateway": "\(change.gateway)", "reason": "\(change.reason)"])
        }
    }

    private static func remove(_ pusher: Int64, _ notifications: [Int64], _ dispatcher: Dispatcher, now: Int64) {
        let logger = dispatcher.logger
        dispatcher.queue.removePushers([pusher], notifications: notifications, reason: .rejected, at: now) { result in
            switch result {
            case .success(let removed):
                // It may have been set anew before this was written: what is stored decides.
                if !removed.isEmpty { dispatcher.drop(pusher, now: now) }
                logger.notice(
                    "pusher removed: its gateway rejected the pushkey",
                    metadata: ["pusher": "\(pusher)", "dropped": "\(notifications.count)"])
            case .failure(let error):
                // It stays out of service until the next start, when its gateway will reject it again.
                logger.error(
                    "rejected pusher could not be removed", metadata: ["pusher": "\(pusher)", "error": "\(error)"])
            }
        }
    }

    private static func record(_ transfer: FinishedTransfer?, now: Int64, nextAttemptAt: Int64?) -> AttemptRecord {
        guard let transfer else {
            return AttemptRecord(
                at: now, durationMilliseconds: 0, outcome: "local", reason: "not sent", nextAttemptAt: nextAttemptAt)
        }
        return AttemptRecord(
            at: transfer.startedAt, durationMilliseconds: transfer.durationMilliseconds,
            outcome: transfer.outcome.label, status: transfer.outcome.status, reason: transfer.outcome.reason,
            nextAttemptAt: nextAttemptAt)
    }
}

extension PusherHealth {
    init(_ failure: PusherFailure, lastError: String?) {
        self.init(
            failingSince: failure.failingSince, attempts: failure.attempts,
            nextAttemptAt: failure.nextAttemptAt == 0 ? nil : failure.nextAttemptAt, lastError: lastError)
    }
}
