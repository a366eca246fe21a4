extension QueueStore {
    /// Attempts that the log of one notification keeps, the newest ones.
    static let attemptsKept = 50

    /// Deletes what was handed to ``finish(_:)``, of all calls together and by ranges: what finishes at about the same time
    /// often came one after the other.
    func deleteFinished() throws(QueueError) {
        guard !finished.isEmpty else { return }
        var ids: [Int64] = []
        swap(&ids, &finished)
        ids.sort()
        purgeWalk.lookAgain(at: NotificationID.eventNumber(of: ids[0]))
        let statement = statements.deleteNotifications
        var start = 0
        for index in ids.indices {
            let next = index + 1
            if next < ids.count, eventSizes.follows(ids[next], ids[index]) { continue }
            try statement.bind(1, ids[start])
            try statement.bind(2, ids[index])
            try statement.run()
            start = next
        }
        ids.removeAll(keepingCapacity: true)
        swap(&ids, &finished)
    }

    func finish(_ notifications: [FinishedNotification]) throws(QueueError) {
        finished.append(contentsOf: notifications.lazy.map(\.id))
        for notification in notifications where notification.hadFailures { try deleteAttempts(of: notification.id) }
    }

    func recordFailure(_ failure: FailedAttempt) throws(QueueError) {
        let statement = statements.countAttempt
        try statement.bind(1, failure.notification)
        try statement.bind(2, failure.countsAttempt ? 1 : 0)
        try statement.bind(3, failure.attempt.lastError)
        try statement.bind(4, failure.refusals)
        try statement.run()
        if connection.changes > 0 { try log(failure.attempt, of: failure.notification) }
        if let health = failure.health { try updateHealth(of: failure.pusher, to: health) }
    }

    func updateHealth(of pusher: Int64, to health: PusherHealth) throws(QueueError) {
        let statement = statements.updateHealth
        try statement.bind(1, pusher)
        try statement.bind(2, health.failingSince)
        try statement.bind(3, health.attempts)
        try statement.bind(4, health.nextAttemptAt)
        try statement.bind(5, health.lastSuccessAt)
        try statement.bind(6, health.lastError)
        try statement.run()
    }

    // MARK: Attempt log

    func log(_ attempt: AttemptRecord, of notification: Int64) throws(QueueError) {
        let statement = statements.insertAttempt
        try statement.bind(1, notification)
        try statement.bind(2, attempt.at)
        try statement.bind(3, attempt.durationMilliseconds)
        try statement.bind(4, attempt.outcome)
        try statement.bind(5, attempt.status)
        try statement.bind(6, attempt.reason)
        try statement.bind(7, attempt.nextAttemptAt)
        try statement.run()
        try statements.trimAttempts.bind(1, notification)
        try statements.trimAttempts.run()
    }

    func deleteAttempts(of notification: Int64) throws(QueueError) {
        try statements.deleteAttempts.bind(1, notification)
        try statements.deleteAttempts.run()
    }
}
