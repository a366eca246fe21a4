internal import PushQueue

/// Gateways' lanes: which may send, and what the end of a request says of them.
extension Scheduler {
    /// The lane of a gateway; made on first sight.
    mutating func lane(named name: String) -> Int32 {
        if let lane = laneByName[name] { return lane }
        let fresh = Lane(name: name, policy: GatewayLane(limits: limits.lane))
        let lane = freeLanes.popLast() ?? Int32(lanes.count)
        if Int(lane) == lanes.count { lanes.append(fresh) } else { lanes[Int(lane)] = fresh }
        laneByName[name] = lane
        return lane
    }

    /// Restores a lane that was held back when the process ended.
    mutating func restoreLane(_ record: LaneRecord, now: Int64) {
        let lane = Int(lane(named: record.gateway))
        // A moment that no pause reaches was written before the clock was set back.
        lanes[lane].policy = GatewayLane(
            limits: limits.lane, failingSince: record.failingSince, failures: record.failures,
            nextProbeAt: min(record.nextProbeAt, now + limits.lane.longestPause), isSuspect: record.isSuspect)
    }

    /// Restores that a gateway rejected a pushkey before the start.
    mutating func restoreRejection(by gateway: String, at time: Int64) {
        guard let lane = laneByName[gateway] else { return }
        rejections[lane, default: RejectionWindow()].add(at: time)
    }

    /// The process has just started: every gateway gets little at first.
    mutating func rampUp() {
        for lane in lanes.indices { lanes[lane].policy.rampUp() }
    }

    mutating func countPushers(_ change: Int, lane: Int32) {
        let before = lanes[Int(lane)].pushers
        lanes[Int(lane)].pushers += change
        populatedLanes += (before + change > 0 ? 1 : 0) - (before > 0 ? 1 : 0)
    }

    // MARK: Sending

    mutating func activate(_ lane: Int32) {
        let index = Int(lane)
        guard !lanes[index].isActive, lanes[index].hasReady else { return }
        if let nextProbeAt = lanes[index].policy.state.nextProbeAt {
            // The end of the probe activates the lane.
            guard !lanes[index].policy.isProbing else { return }
            if lanes[index].deadline.map({ $0 > nextProbeAt }) ?? true {
                lanes[index].deadline = nextProbeAt
                deadlines.insert(~lane, at: nextProbeAt)
            }
            return
        }
        lanes[index].isActive = true
        active.append(lane)
    }

    // MARK: Learning

    /// A lane learns from a request that ended.
    mutating func learn(_ send: Send, _ decision: DeliveryDecision, now: Int64) {
        let index = Int(send.lane)
        let wasSuspect = lanes[index].policy.state.isSuspect
        let news = news(of: send, decision)
        lanes[index].policy.learn(
            news, isProbe: send.isProbe, generation: send.generation, inFlight: lanes[index].inFlight,
            hasBacklog: lanes[index].hasReady, now: now)
        if lanes[index].policy.isHeld, !troubles.isEmpty { troubles[send.lane] = nil }
        if wasSuspect, !lanes[index].policy.state.isSuspect {
            rejections[send.lane, default: RejectionWindow()].renew(now: now)
        }
        activate(send.lane)
    }

    private mutating func news(of send: Send, _ decision: DeliveryDecision) -> GatewayLane.News {
        switch decision {
        case .done:
            noteOutcome(of: send, failed: false)
            return .accepted
        case .removePusher, .distrust(isMass: false), .blamePusher, .refuse, .reduce, .bury(.refused), .bury(.tooLarge):
            noteOutcome(of: send, failed: false)
            return .refused
        case .distrust(isMass: true):
            return .massRejection
        case .blameEither:
            noteOutcome(of: send, failed: true)
            return .unclear(isCommon: troubles[send.lane]?.areMost(ofPushers: lanes[Int(send.lane)].pushers) ?? false)
        case .blameGateway(let retryAfter):
            if troubles[send.lane] != nil { noteOutcome(of: send, failed: true) }
            return .failed(retryAfter: retryAfter)
        case .bury, .release, .postpone:
            return .nothing
        }
    }

    /// Which of a lane's pushers fail is looked at from the first server error until all is well again.
    private mutating func noteOutcome(of send: Send, failed: Bool) {
        guard failed || !troubles.isEmpty else { return }
        guard failed || troubles[send.lane] != nil else { return }
        troubles[send.lane, default: FailingPushers()].note(send.slot, failed: failed)
        if troubles[send.lane]?.isEmpty ?? true { troubles[send.lane] = nil }
    }

    /// Decides whether a gateway's word that a pushkey is dead is taken, and remembers that it was given.
    mutating func judgeRejection(_ send: Send, now: Int64) -> DeliveryDecision {
        let lane = lanes[Int(send.lane)]
        guard !lane.policy.state.isSuspect else { return .distrust(isMass: true) }
        var window = rejections[send.lane] ?? RejectionWindow()
        let isDistrusted = window.isDistrusted(now: now)
        if isDistrusted {
            // A dead key that is tried again is no news, and brings the suspicion back no sooner.
            guard failures[send.slot]?.isDistrusted != true else { return .distrust(isMass: false) }
            failures[send.slot, default: PusherFailure(failingSince: now)].isDistrusted = true
        }
        window.add(at: now)
        rejections[send.lane] = window
        let isMass = window.isTooMany(ofPushers: lane.pushers, now: now)
        return isDistrusted || isMass ? .distrust(isMass: isMass) : .removePusher
    }

    // MARK: Forgetting

    /// Forgets lanes that no pusher uses and of which nothing has to be remembered, looking at up to `limit` of them.
    /// - Returns: the gateways that were held back, whose record is to go as well.
    mutating func forgetLanes(now: Int64, limit: Int) -> [String] {
        var forgotten: [String] = []
        for _ in 0..<min(limit, lanes.count) {
            if laneSweepPosition >= lanes.count { laneSweepPosition = 0 }
            let lane = Int32(laneSweepPosition)
            laneSweepPosition += 1
            guard isForgettable(lane, now: now) else { continue }
            let name = lanes[Int(lane)].name
            if lanes[Int(lane)].policy.isHeld { forgotten.append(name) }
            laneByName[name] = nil
            troubles[lane] = nil
            rejections[lane] = nil
            freeLanes.append(lane)
        }
        return forgotten
    }

    private func isForgettable(_ lane: Int32, now: Int64) -> Bool {
        let entry = lanes[Int(lane)]
        return entry.pushers == 0 && entry.held == 0 && entry.inFlight == 0 && !entry.isActive
            && !entry.isCrowded
            // Who registers again must find the pause that was asked for, and the suspicion.
            && (entry.policy.state.nextProbeAt ?? 0) <= now
            && rejections[lane]?.isOver(now: now) ?? true
            && laneByName[entry.name] == lane
    }
}
