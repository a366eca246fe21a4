extension SQLiteQueue {
    package func append(
        _ transaction: NewTransaction,
        completion: @escaping @Sendable (Result<AppendReceipt, QueueError>) -> Void
    ) {
        put(
            .command(
                // Its effects are on what is queued.
                leavesQueued: transaction.effects.isEmpty,
                rows: transaction.events.list.count + transaction.deliveryKeys.count,
                { store throws(QueueError) in try store.append(transaction) }, completion: completion))
    }

    package func finish(_ notifications: [FinishedNotification]) {
        put(.finish(notifications))
    }

    package func recordFailure(_ failure: FailedAttempt) {
        put(.recordFailure(failure))
    }

    package func updateHealth(of pusher: Int64, to health: PusherHealth) {
        put(.updateHealth(pusher: pusher, health))
    }

    package func setLane(_ lane: LaneRecord) {
        put(.setLane(lane))
    }

    package func deleteLane(_ gateway: String) {
        put(.deleteLane(gateway))
    }

    package func deleteBadge(of pusher: Int64, upTo time: Int64) {
        put(.deleteBadge(pusher: pusher, upTo: time))
    }

    package func bury(_ deadLetters: [DeadLetter]) {
        put(.bury(deadLetters))
    }

    package func setPusher(
        _ fields: PusherFields,
        append: Bool,
        at: Int64,
        completion: @escaping @Sendable (Result<PusherSet, QueueError>) -> Void
    ) {
        put(
            .command(
                { store throws(QueueError) in try store.setPusher(fields, append: append, at: at) },
                completion: completion))
    }

    package func removePushers(
        _ pushers: [Int64],
        notifications: [Int64],
        reason: RemovedPusher.Reason,
        at: Int64,
        completion: @escaping @Sendable (Result<[RemovedPusher], QueueError>) -> Void
    ) {
        put(
            .command(
                isKept: reason == .rejected,
                { store throws(QueueError) in
                    try store.removePushers(pushers, notifications: notifications, reason: reason, at: at)
                },
                completion: completion))
    }

    package func restorePusher(
        sequence: Int64,
        at: Int64,
        completion: @escaping @Sendable (Result<PusherRow, QueueError>) -> Void
    ) {
        put(
            .command(
                { store throws(QueueError) in try store.restorePusher(sequence: sequence, at: at) },
                completion: completion))
    }

    package func setRuleset(
        of userID: String,
        to content: [UInt8],
        completion: @escaping @Sendable (Result<Void, QueueError>) -> Void
    ) {
        put(
            .command(
                { store throws(QueueError) in try store.setRuleset(of: userID, to: content) }, completion: completion))
    }

    package func deleteRuleset(of userID: String, completion: @escaping @Sendable (Result<Void, QueueError>) -> Void) {
        put(.command({ store throws(QueueError) in try store.deleteRuleset(of: userID) }, completion: completion))
    }

    package func deleteUser(
        _ userID: String,
        notifications: [Int64],
        at: Int64,
        completion: @escaping @Sendable (Result<[RemovedPusher], QueueError>) -> Void
    ) {
        put(
            .command(
                { store throws(QueueError) in try store.deleteUser(userID, notifications: notifications, at: at) },
                completion: completion))
    }

    package func reviveDeadLetters(
        _ ids: [Int64],
        at: Int64,
        flags: Int32,
        completion: @escaping @Sendable (Result<[PendingNotification], QueueError>) -> Void
    ) {
        put(
            .command(
                { store throws(QueueError) in try store.reviveDeadLetters(ids, at: at, flags: flags) },
                completion: completion))
    }

    package func deleteDeadLetters(
        _ ids: [Int64],
        completion: @escaping @Sendable (Result<Int, QueueError>) -> Void
    ) {
        put(.command({ store throws(QueueError) in try store.deleteDeadLetters(ids) }, completion: completion))
    }

    package func purge(
        _ retention: QueueRetention,
        now: Int64,
        completion: @escaping @Sendable (Result<PurgeReport, QueueError>) -> Void
    ) {
        put(.command({ store throws(QueueError) in try store.purge(retention, now: now) }, completion: completion))
    }

    package func flush(completion: @escaping @Sendable (Result<Void, QueueError>) -> Void) {
        put(.command({ _ throws(QueueError) in }, completion: completion))
    }
}
