internal import PushQueue

/// What follows when a request has ended.
extension Scheduler {
    /// A request has ended.
    /// - Parameters:
    ///   - wasSent: False where none was made: that says nothing of the gateway.
    ///   - random: uniform in 0..<1, for the jitter.
    mutating func settle(
        _ send: Send, _ decision: DeliveryDecision, wasSent: Bool = true, now: Int64, random: Double
    ) -> Settlement {
        inFlight -= 1
        lanes[Int(send.lane)].inFlight -= 1
        let index = Int(send.slot)
        let flags = pushers[index].flags
        pushers[index].flags.remove([.inFlight, .replaced, .strangerInFlight, .cancelled, .badgeInFlight])
        let isCurrent = flags.isDisjoint(with: [.replaced, .removed])
        var decision = decision
        if decision == .removePusher, isCurrent { decision = judgeRejection(send, now: now) }
        learn(send, wasSent ? decision : .release, now: now)
        defer { schedule(send.slot, now: now) }
        guard !flags.contains(.removed) else { return .none }
        if send.badge != nil { return isCurrent ? settleBadge(send, decision, now: now, random: random) : .none }
        guard items.first(of: pushers[index].pending)?.id == send.notification else { return .none }
        if flags.contains(.cancelled), decision != .done, decision != .removePusher || !isCurrent {
            dropFirst(send.slot)
            failures[send.slot]?.beginHead()
            return .cancelled(notification: send.notification)
        }
        // What was answered to a former registration says nothing about the present one.
        guard isCurrent || decision == .done else { return .none }
        switch decision {
        case .done:
            // Nearly always nobody fails: then nothing is hashed.
            let failure = failures.isEmpty ? nil : failures.removeValue(forKey: send.slot)
            let wasTried = pushers[index].flags.contains(.tried)
            dropFirst(send.slot)
            let isNews = pushers[index].noteSuccess(now: now)
            return .accepted(notification: send.notification, hadFailures: wasTried, isNews: failure != nil || isNews)
        case .removePusher:
            return .removed(notifications: removePusher(send.slot))
        case .release:
            return .none
        case .postpone(let pause):
            postpone(send.slot, until: now + pause, now: now)
            return .none
        case .bury(let reason):
            return bury(send.slot, reason, countsAttempt: true)
        case .reduce:
            pushers[index].flags.insert(.reduced)
            return retry(send, decision, now: now, random: random)
        case .blameGateway, .distrust, .blameEither, .blamePusher, .refuse:
            let settlement = retry(send, decision, now: now, random: random)
            guard hasRunOut(send.slot, now: now) else { return settlement }
            return bury(send.slot, .gaveUp, countsAttempt: decision.countsAttempt)
        }
    }

    /// A counts-only push has ended.
    private mutating func settleBadge(
        _ send: Send, _ decision: DeliveryDecision, now: Int64, random: Double
    ) -> Settlement {
        switch decision {
        case .done:
            // Newer counts that came meanwhile are still to be sent, and end the failures when they are.
            guard let askedAt = send.badge, badges[send.slot] == askedAt else {
                countAnew(send.slot)
                return .none
            }
            let failure = failures.removeValue(forKey: send.slot)
            dropBadge(send.slot)
            return .badgeEnded(isAccepted: true, recovered: failure != nil, askedAt: askedAt)
        case .removePusher:
            return .removed(notifications: removePusher(send.slot))
        case .release:
            return .none
        case .postpone(let pause):
            postpone(send.slot, until: now + pause, now: now)
            return .none
        case .blameGateway, .distrust, .blameEither, .blamePusher, .refuse:
            let failure = fail(send, decision, now: now, random: random).failure
            countAnew(send.slot)
            return .badgeRetried(failure)
        case .reduce, .bury:
            failures[send.slot]?.beginHead()
            guard let askedAt = send.badge, badges[send.slot] == askedAt else { return .none }
            dropBadge(send.slot)
            return .badgeEnded(isAccepted: false, recovered: false, askedAt: askedAt)
        }
    }

    /// The notification at the front stays for another attempt.
    private mutating func retry(
        _ send: Send, _ decision: DeliveryDecision, now: Int64, random: Double
    ) -> Settlement {
        let (failure, waits) = fail(send, decision, now: now, random: random)
        pushers[Int(send.slot)].flags.insert(.tried)
        return .retried(
            notification: send.notification, countsAttempt: decision.countsAttempt, failure: failure,
            nextAttemptAt: waits ? failure.nextAttemptAt : nil)
    }

    /// Notes a failure of the pusher, or of its gateway.
    /// - Returns: the failure, and whether the pusher itself waits.
    private mutating func fail(
        _ send: Send, _ decision: DeliveryDecision, now: Int64, random: Double
    ) -> (failure: PusherFailure, waits: Bool) {
        var failure = failures[send.slot] ?? PusherFailure(failingSince: now)
        if decision.countsAttempt { failure.attempts += 1 } else { failure.uncounted += 1 }
        if decision == .refuse { failure.refusals += 1 }
        let pause: Int64? =
            switch decision {
            case .blamePusher(let least): max(least, retry.delay(afterFailures: failure.attempts, random: random))
            case .blameEither, .refuse: retry.delay(afterFailures: failure.attempts, random: random)
            // It is the key that is dead, though it is not removed yet.
            case .distrust(isMass: false): retry.delay(afterFailures: failure.uncounted, random: random)
            // A gateway that is not held back for it holds nobody back: the pusher itself waits a moment.
            case .blameGateway where lanes[Int(send.lane)].policy.isHeld: nil
            case .blameGateway, .distrust: limits.lane.delay(afterFailures: failure.uncounted)
            default: 0
            }
        if let pause { failure.nextAttemptAt = now + pause }
        failures[send.slot] = failure
        return (failure, pause != nil)
    }

    /// The pusher waits, for a reason that is not its own.
    private mutating func postpone(_ slot: Int32, until time: Int64, now: Int64) {
        failures[slot, default: PusherFailure(failingSince: now)].nextAttemptAt = time
    }

    /// Refusals of the notification at the front, for ``BlameTable``.
    func refusals(_ slot: Int32) -> Int { failures[slot]?.refusals ?? 0 }

    mutating func bury(_ slot: Int32, _ reason: DeadLetter.Reason, countsAttempt: Bool = false) -> Settlement {
        let notification = items.first(of: pushers[Int(slot)].pending)?.id ?? 0
        stopWaiting(slot)
        unlinkReady(slot)
        dropFirst(slot)
        // The next notification counts its own attempts; the pusher stays a failing one.
        failures[slot]?.beginHead()
        switch reason {
        case .refused, .tooLarge, .blockedAddress: failures[slot]?.nextAttemptAt = 0
        // Running out of time says nothing about the pusher: its backoff goes on.
        case .gaveUp, .expired: break
        }
        return .buried(notification: notification, reason: reason, countsAttempt: countsAttempt)
    }
}
