internal import PushQueue

/// What follows when a request has ended, or time has run out.
extension Scheduler {
    /// A request has ended.
    /// - Parameters:
    ///   - isRefusal: It was refused with a status that is no server error.
    ///   - random: uniform in 0..<1, for the jitter.
    mutating func settle(
        _ send: Send, _ decision: DeliveryDecision, isRefusal: Bool = false, now: Int64, random: Double
    ) -> Settlement {
        inFlight -= 1
        let index = Int(send.slot)
        let lane = Int(send.lane)
        lanes[lane].inFlight -= 1
        let wasReplaced = pushers[index].flags.contains(.replaced)
        pushers[index].flags.remove([.inFlight, .replaced, .strangerInFlight])
        blameLane(lane, decision, isProbe: send.isProbe, now: now)
        activate(send.lane)
        let wasCancelled = pushers[index].flags.contains(.cancelled)
        pushers[index].flags.remove([.cancelled, .badgeInFlight])
        defer { schedule(send.slot, now: now) }
        guard !pushers[index].flags.contains(.removed) else { return .none }
        if send.badge != nil {
            return wasReplaced ? .none : settleBadge(send, decision, isRefusal: isRefusal, now: now, random: random)
        }
        guard items.first(of: pushers[index].pending)?.id == send.notification else { return .none }
        if wasCancelled, decision != .done, wasReplaced || decision != .removePusher {
            dropFirst(send.slot)
            failures[send.slot]?.beginHead()
            return .cancelled(notification: send.notification)
        }
        // What was answered to a former registration says nothing about the present one.
        guard !wasReplaced || decision == .done else { return .none }
        switch decision {
        case .done:
            let failure = failures.removeValue(forKey: send.slot)
            let wasTried = pushers[index].flags.contains(.tried)
            dropFirst(send.slot)
            let isNews = pushers[index].noteSuccess(now: now)
            return .accepted(notification: send.notification, hadFailures: wasTried, isNews: failure != nil || isNews)
        case .removePusher:
            return .removed(notifications: removePusher(send.slot))
        case .release:
            return .none
        case .postpone(let pause):
            _ = retried(send, countsAttempt: false, now: now, pause: pause)
            return .none
        case .reduce:
            pushers[index].flags.insert(.reduced)
            return retried(send, countsAttempt: true, now: now, pause: 0)
        case .blameGateway:
            if hasRunOut(send.slot, now: now) { return bury(send.slot, .gaveUp) }
            // A lane that is not down yet holds nobody back: the pusher itself waits a moment.
            let pause = lanes[lane].policy.isDown ? nil : limits.lane.probeInitial
            return retried(send, countsAttempt: false, now: now, pause: pause)
        case .blamePusher(let minimumDelay):
            let attempts = failures[send.slot].map { $0.attempts + 1 } ?? 1
            let pause = max(minimumDelay, retry.delay(afterFailures: attempts, random: random))
            let settlement = retried(send, countsAttempt: true, now: now, pause: pause)
            if isRefusal { failures[send.slot]?.refusals += 1 }
            return hasRunOut(send.slot, now: now) ? bury(send.slot, .gaveUp) : settlement
        case .bury(let reason):
            return bury(send.slot, reason)
        }
    }

    /// A counts-only push has ended.
    mutating func settleBadge(
        _ send: Send, _ decision: DeliveryDecision, isRefusal: Bool, now: Int64, random: Double
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
            _ = retried(send, countsAttempt: false, now: now, pause: pause)
            return .none
        case .blameGateway:
            let pause = lanes[Int(send.lane)].policy.isDown ? nil : limits.lane.probeInitial
            return .badgeRetried(failed(send, countsAttempt: false, now: now, pause: pause))
        case .blamePusher(let minimumDelay):
            let attempts = failures[send.slot].map { $0.attempts + 1 } ?? 1
            let pause = max(minimumDelay, retry.delay(afterFailures: attempts, random: random))
            let failure = failed(send, countsAttempt: true, now: now, pause: pause)
            if isRefusal { failures[send.slot]?.refusals += 1 }
            countAnew(send.slot)
            return .badgeRetried(failure)
        case .reduce, .bury:
            failures[send.slot]?.beginHead()
            guard let askedAt = send.badge, badges[send.slot] == askedAt else { return .none }
            dropBadge(send.slot)
            return .badgeEnded(isAccepted: false, recovered: false, askedAt: askedAt)
        }
    }

    /// Ends the notifications at the front whose time has run out, at most `limit` of them, looking at up to `limit` pushers
    /// from where the last call stopped.
    mutating func sweep(now: Int64, limit: Int, _ body: (Int32, Settlement) -> Void) {
        var looks = min(limit, pushers.count)
        var burials = limit
        while looks > 0, burials > 0 {
            if sweepPosition >= pushers.count { sweepPosition = 0 }
            let slot = Int32(sweepPosition)
            let before = burials
            while burials > 0, !pushers[Int(slot)].flags.contains(.inFlight), let reason = overdue(slot, now: now) {
                body(slot, front(of: slot)?.isBadge == true ? abandonBadge(slot) : bury(slot, reason))
                burials -= 1
            }
            if burials < before { schedule(slot, now: now) }
            looks -= 1
            if burials > 0 { sweepPosition += 1 }
        }
    }

    /// Why the notification at the front is to be ended; nil while it has time.
    func overdue(_ slot: Int32, now: Int64) -> DeadLetter.Reason? {
        guard let front = front(of: slot) else { return nil }
        if hasRunOut(slot, now: now) { return .gaveUp }
        return now - front.queuedAt > limits.maxAge ? .expired : nil
    }

    /// Counted attempts of the notification at the front.
    func headAttempts(_ slot: Int32) -> Int { failures[slot]?.headAttempts ?? 0 }

    /// Refusals of the notification at the front, for ``BlameTable``.
    func refusals(_ slot: Int32) -> Int { failures[slot]?.refusals ?? 0 }

    mutating func retried(_ send: Send, countsAttempt: Bool, now: Int64, pause: Int64?) -> Settlement {
        let failure = failed(send, countsAttempt: countsAttempt, now: now, pause: pause)
        pushers[Int(send.slot)].flags.insert(.tried)
        return .retried(
            notification: send.notification, countsAttempt: countsAttempt, failure: failure,
            nextAttemptAt: pause == nil ? nil : failure.nextAttemptAt)
    }

    /// Notes a failure of the pusher, or of its gateway.
    mutating func failed(_ send: Send, countsAttempt: Bool, now: Int64, pause: Int64?) -> PusherFailure {
        var failure = failures[send.slot] ?? PusherFailure(failingSince: now)
        if countsAttempt {
            failure.attempts += 1
            failure.headAttempts += 1
        }
        failure.nextAttemptAt = pause.map { now + $0 } ?? failure.nextAttemptAt
        failures[send.slot] = failure
        return failure
    }

    mutating func bury(_ slot: Int32, _ reason: DeadLetter.Reason) -> Settlement {
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
        return .buried(notification: notification, reason: reason, failure: failures[slot])
    }

    /// Whether the notification at the front was queued, and its pusher failing, for as long as is patient.
    func hasRunOut(_ slot: Int32, now: Int64) -> Bool {
        guard let front = front(of: slot) else { return false }
        let pusherSince = failures.isEmpty ? Int64.max : failures[slot]?.failingSince ?? .max
        let laneSince = lanes[Int(pushers[Int(slot)].lane)].policy.failingSince ?? .max
        let failingSince = min(pusherSince, laneSince)
        return failingSince != .max && now - max(failingSince, front.queuedAt) >= limits.giveUpAfter
    }

    mutating func blameLane(_ lane: Int, _ decision: DeliveryDecision, isProbe: Bool, now: Int64) {
        switch decision {
        case .done, .removePusher, .blamePusher, .reduce, .bury(.refused), .bury(.tooLarge):
            lanes[lane].policy.succeeded(hasBacklog: lanes[lane].hasReady)
        case .blameGateway(let retryAfter):
            lanes[lane].policy.failed(now: now, retryAfter: retryAfter, isProbe: isProbe)
        case .bury, .release, .postpone:
            lanes[lane].policy.abandoned(isProbe: isProbe)
        }
    }
}
