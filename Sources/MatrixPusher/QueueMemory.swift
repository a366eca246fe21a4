internal import PushQueue

/// What is kept in memory of the queue, rebuilt from the database at start.
struct QueueMemory {
    private var scheduler: Scheduler
    private(set) var reading: ReadingState.State
    private(set) var rulesetOwners: Set<Int> = []
    private(set) var recentDeliveries = RecentDeliveries(capacity: 1 << 20)
    /// Notifications whose pusher is gone or disabled: that raced with an append, or with the end of the process.
    private(set) var orphans: [FinishedNotification] = []
    /// Counts-only pushes whose pusher is gone or wants none.
    private(set) var strayBadges: [Int64] = []
    /// History rows that the boards have no room for.
    private(set) var forgotten: [Int64] = []

    /// - Parameters:
    ///   - hasher: Under the queue's own key.
    ///   - userClasses: Deals the users; a simulation's without chance.
    init(
        _ configuration: PusherConfiguration, reader: any QueueScanner, hasher: DeliveryKeyHasher, now: Int64,
        userClasses: UserClasses = UserClasses()
    ) throws(QueueError) {
        // First of all: it may have the key under which texts are hashed.
        var reading = ReadingState.State(countsByRoom: configuration.push.groupUnreadCountByRoom)
        if try !ReadingSnapshot(hasher: hasher).restore(&reading, from: reader) {
            reading = ReadingState.State(countsByRoom: configuration.push.groupUnreadCountByRoom)
            forgotten = try Self.rebuild(&reading, from: reader)
        } else if let first = try reader.firstEventNumber() {
            // What the purge has deleted goes, as it does where the history is read.
            reading.board.forget(before: first)
        }
        try reader.scanCounts { counts in
            reading.given[TextHash.of(counts.userID)] = UnreadBoard.Counts(
                unread: counts.unread, missedCalls: counts.missedCalls)
        }
        var scheduler = Scheduler(
            limits: Scheduler.Limits(configuration), retry: RetrySchedule(configuration.retry), now: now,
            userClasses: userClasses)
        // A moment that no pause reaches was written before the clock was set back: the pause begins anew.
        let latestAttempt = now + max(scheduler.retry.longestDelay, BlameTable.storagePause)
        try reader.scanLanes { lane in
            scheduler.restoreLane(lane, now: now)
        }
        try reader.scanPushers { row in
            let slot = scheduler.addPusher(
                id: row.id, userHash: TextHash.of(row.fields.userID), gateway: row.fields.gateway,
                isEnabled: row.fields.enabled)
            scheduler.setHidesCounts(slot, PusherData.hidesCounts(row.fields.data))
            if let failingSince = row.health.failingSince {
                var nextAttemptAt = row.health.nextAttemptAt ?? 0
                if nextAttemptAt > latestAttempt {
                    nextAttemptAt = now + scheduler.retry.delay(afterFailures: row.health.attempts, random: 0.5)
                }
                let failure = PusherFailure(
                    attempts: row.health.attempts, failingSince: failingSince, nextAttemptAt: nextAttemptAt)
                scheduler.restoreFailure(slot, failure)
            }
        }
        try reader.scanRejections(since: now - RejectionWindow.length) { gateway, at in
            scheduler.restoreRejection(by: gateway, at: min(at, now))
        }
        scheduler.rampUp()
        for index in scheduler.pushers.indices where !scheduler.pushers[index].flags.contains(.hasCounts) {
            let user = scheduler.pushers[index].userHash
            scheduler.setCounts(ofUser: user, reading.counts(of: user))
        }
        var expiries: [Int64: Int64] = [:]
        try reader.scanExpiries { event, expiresAt in expiries[event] = expiresAt }
        var orphans: [FinishedNotification] = []
        var revived = RevivedNotifications()
        try reader.scanNotifications { item in
            guard let slot = scheduler.slot(ofPusher: item.pusher),
                !scheduler.pushers[Int(slot)].flags.contains(.disabled)
            else {
                orphans.append(FinishedNotification(id: item.id, hadFailures: true))
                return
            }
            if NotificationFlags(rawValue: item.flags).contains(.revived) { return revived.hold(item, for: slot) }
            while let earlier = revived.next(for: slot, queuedBefore: item.queuedAt) {
                scheduler.restore(earlier, for: slot, expiresAt: nil, now: now)
            }
            let expiresAt = expiries.isEmpty ? nil : expiries[NotificationID.eventNumber(of: item.id)]
            scheduler.restore(item, for: slot, expiresAt: expiresAt, now: now)
        }
        for slot in revived.slots {
            while let last = revived.next(for: slot, queuedBefore: .max) {
                scheduler.restore(last, for: slot, expiresAt: nil, now: now)
            }
        }
        var owners: Set<Int> = []
        try reader.scanRulesetUsers { owners.insert(TextHash.of($0)) }
        var recent = recentDeliveries
        try reader.scanTransactions(newestKeys: recent.capacity) { at, keys in
            if at > now - 86_400_000 { recent.remember(keys, at: at) }
        }
        var strayBadges: [Int64] = []
        try reader.scanBadges { pusher, queuedAt in
            guard configuration.push.badgeUpdates, let slot = scheduler.slot(ofPusher: pusher),
                scheduler.setBadge(slot, at: queuedAt, now: now)
            else { return strayBadges.append(pusher) }
        }
        self.strayBadges = strayBadges
        self.scheduler = scheduler
        self.reading = reading
        self.orphans = orphans
        rulesetOwners = owners
        recentDeliveries = recent
    }

    /// Makes boards and numbers anew from the history.
    /// - Returns: the rows that the boards have no room for.
    private static func rebuild(
        _ state: inout ReadingState.State, from reader: any QueueScanner
    ) throws(QueueError) -> [Int64] {
        try reader.scanEvents(newest: state.numbers.capacity) { number, eventID in
            state.numbers.add(TextHash.of(eventID), number: number)
        }
        var forgotten: [Int64] = []
        try reader.scanUnread { entry in
            let user = TextHash.of(entry.userID)
            let isMissedCall = !entry.flags.contains(.answered)
            forgotten += state.board.add(
                UnreadBoard.Item(
                    id: entry.id, room: TextHash.of(entry.event.roomID),
                    thread: entry.event.threadID.map { TextHash.of($0) } ?? UnreadBoard.main,
                    call: isMissedCall ? entry.event.callID.map { TextHash.of($0) } ?? 0 : 0),
                for: user)
        }
        return forgotten
    }

    /// Hands the scheduler over without a copy.
    mutating func takeScheduler() -> Scheduler {
        let empty = Scheduler(limits: scheduler.limits, retry: scheduler.retry, now: 0)
        return exchange(&scheduler, with: empty)
    }
}

extension Scheduler {
    fileprivate mutating func restore(_ item: PendingNotification, for slot: Int32, expiresAt: Int64?, now: Int64) {
        restore(
            item.id, for: slot, queuedAt: item.queuedAt, refusals: item.refusals,
            isHighPriority: NotificationFlags(rawValue: item.flags).contains(.highPriority), expiresAt: expiresAt,
            now: now)
    }
}

extension Scheduler.Limits {
    /// Settings that make no sense (none, negative) become the nearest that do.
    init(_ configuration: PusherConfiguration) {
        let delivery = configuration.delivery
        let probeInitial = Self.bounded(delivery.probeInitial, atLeast: 1)
        self.init(
            maxInFlight: max(1, delivery.maxInFlight),
            lane: GatewayLane.Limits(
                maximumWindow: max(1, delivery.maxInFlightPerGateway), probeInitial: probeInitial,
                probeMaximum: Self.bounded(delivery.probeMax, atLeast: probeInitial)),
            jitterDelay: Self.bounded(configuration.push.jitterDelay),
            giveUpAfter: Self.bounded(configuration.retry.giveUpAfter),
            maxAge: PendingItems.MaxAge(
                high: Self.bounded(delivery.maxAgeHigh), low: Self.bounded(delivery.maxAgeLow)))
    }

    private static func bounded(_ duration: Duration, atLeast minimum: Int64 = 0) -> Int64 {
        max(minimum, min(duration.milliseconds, RetrySchedule.longest))
    }
}
