extension QueueStore {
    func bury(_ deadLetters: [DeadLetter]) throws(QueueError) {
        let insert = statements.insertDeadLetter
        for letter in deadLetters {
            if let attempt = letter.lastAttempt {
                try recordFailure(
                    FailedAttempt(
                        notification: letter.notification, attempt: attempt, countsAttempt: letter.countsAttempt,
                        pusher: 0,
                        health: nil))
            }
            try insert.bind(1, letter.notification)
            try insert.bind(2, letter.at)
            try insert.bind(3, letter.reason.rawValue)
            try insert.run()
            let isBuried = connection.changes > 0
            try finish([FinishedNotification(id: letter.notification, hadFailures: !isBuried)])
            try deleteFinished()
        }
    }

    func reviveDeadLetters(_ ids: [Int64], at: Int64, flags: Int32) throws(QueueError) -> [PendingNotification] {
        // The pusher may have been removed and set again since: then it has another id.
        let insert = try connection.prepare(
            """
            INSERT INTO notifications (id, pusher, queued_at, flags, tweaks)
            SELECT d.id, p.id, ?2, d.flags | ?3, d.tweaks FROM dead_letters AS d
            JOIN pushers AS p ON p.app_id = d.app_id AND p.pushkey = d.pushkey AND p.user_id = d.user_id
            WHERE d.id = ?1 AND p.enabled
            RETURNING \(PendingNotification.columns)
            """
        )
        var revived: [PendingNotification] = []
        for id in ids {
            try insert.bind(1, id)
            try insert.bind(2, at)
            try insert.bind(3, Int64(flags))
            guard let notification = try insert.rows({ PendingNotification(row: $0) }).first else { continue }
            revived.append(notification)
            try deleteDeadLetter(id)
            // It counts as never tried, and a log of which memory does not know would outlive it.
            try deleteAttempts(of: id)
        }
        return revived
    }

    func deleteDeadLetters(_ ids: [Int64]) throws(QueueError) -> Int {
        var deleted = 0
        for id in ids where try deleteDeadLetter(id) {
            deleted += 1
            try deleteAttempts(of: id)
            purgeWalk.lookAgain(at: NotificationID.eventNumber(of: id))
        }
        return deleted
    }

    @discardableResult
    private func deleteDeadLetter(_ id: Int64) throws(QueueError) -> Bool {
        let delete = statements.deleteDeadLetter
        try delete.bind(1, id)
        try delete.run()
        return connection.changes > 0
    }
}
