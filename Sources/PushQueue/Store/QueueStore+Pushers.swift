extension QueueStore {
    func setPusher(_ fields: PusherFields, append: Bool, at: Int64) throws(QueueError) -> PusherSet {
        var replaced: [Int64] = []
        if !append {
            let others = try connection.prepare(
                "SELECT id FROM pushers WHERE app_id = ?1 AND pushkey = ?2 AND user_id <> ?3")
            try others.bind(1, fields.appID)
            try others.bind(2, fields.pushkey)
            try others.bind(3, fields.userID)
            replaced = try others.rows { $0.int64(0) }
            for id in replaced { _ = try removePusher(id, reason: .replaced, at: at) }
        }
        let existing = try connection.prepare(
            "SELECT id FROM pushers WHERE app_id = ?1 AND pushkey = ?2 AND user_id = ?3")
        try existing.bind(1, fields.appID)
        try existing.bind(2, fields.pushkey)
        try existing.bind(3, fields.userID)
        let id = try existing.firstRow { $0.int64(0) }
        let stored = try write(
            PusherRow(
                id: id ?? 0, fields: fields, pushkeyTimestamp: at / 1000, createdAt: at, health: PusherHealth()),
            isNew: id == nil)
        return PusherSet(pusher: stored, created: id == nil, replaced: replaced)
    }

    func removePushers(
        _ pushers: [Int64], notifications: [Int64], reason: RemovedPusher.Reason, at: Int64
    ) throws(QueueError) -> [RemovedPusher] {
        var removed: [RemovedPusher] = []
        for id in pushers {
            if let tombstone = try removePusher(id, reason: reason, at: at) { removed.append(tombstone) }
        }
        try finish(notifications.map { FinishedNotification(id: $0, hadFailures: true) })
        return removed
    }

    func restorePusher(sequence: Int64, at: Int64) throws(QueueError) -> PusherRow {
        let select = try connection.prepare("SELECT \(RemovedPusher.columns) FROM removed_pushers WHERE seq = ?1")
        try select.bind(1, sequence)
        guard let removed = try select.firstRow(RemovedPusher.init(row:)) else {
            throw QueueError(.notFound, path: path, "no removed pusher \(sequence)")
        }
        guard removed.restoredAt == nil else {
            throw QueueError(.conflict, path: path, "the removed pusher \(sequence) has been restored")
        }
        guard removed.reason != .user else {
            throw QueueError(.conflict, path: path, "the user of the removed pusher \(sequence) has been deleted")
        }
        let fields = removed.pusher.fields
        // Another user's later registration says whose device it is now.
        let other = try connection.prepare(
            "SELECT id FROM pushers WHERE app_id = ?1 AND pushkey = ?2 AND (user_id = ?3 OR pushkey_ts >= ?4)")
        try other.bind(1, fields.appID)
        try other.bind(2, fields.pushkey)
        try other.bind(3, fields.userID)
        try other.bind(4, removed.removedAt / 1000)
        guard try other.firstRow({ $0.int64(0) }) == nil else {
            throw QueueError(.conflict, path: path, "the removed pusher \(sequence) has been set again")
        }
        var pusher = removed.pusher
        // A new id: those in memory only ever ascend.
        pusher.id = 0
        pusher.health = PusherHealth(lastSuccessAt: pusher.health.lastSuccessAt)
        let stored = try write(pusher, isNew: true)
        let mark = try connection.prepare("UPDATE removed_pushers SET restored_at = ?2 WHERE seq = ?1")
        try mark.bind(1, sequence)
        try mark.bind(2, at)
        try mark.run()
        return stored
    }

    func deleteUser(
        _ userID: String, notifications: [Int64], at: Int64
    ) throws(QueueError) -> [RemovedPusher] {
        try finish(notifications.map { FinishedNotification(id: $0, hadFailures: true) })
        let dead = try connection.prepare("SELECT id FROM dead_letters WHERE user_id = ?1")
        try dead.bind(1, userID)
        _ = try deleteDeadLetters(try dead.rows { $0.int64(0) })
        // Those of an earlier deletion may still be unread, and say nothing.
        let tombstones = try connection.prepare("DELETE FROM removed_pushers WHERE user_id = ?1 AND reason <> ?2")
        try tombstones.bind(1, userID)
        try tombstones.bind(2, RemovedPusher.Reason.user.rawValue)
        try tombstones.run()
        // What a follower needs to recognize the pusher stays in its tombstone, nothing else.
        let pushers = try connection.prepare(
            """
            UPDATE pushers SET app_display_name = '', device_display_name = '', profile_tag = NULL, lang = '', url = '',
            data = CAST('{}' AS BLOB), last_error = NULL WHERE user_id = ?1 RETURNING id
            """
        )
        try pushers.bind(1, userID)
        let removed = try removePushers(
            try pushers.rows { $0.int64(0) }.sorted(), notifications: [], reason: .user, at: at)
        try statements.deleteCounts.bind(1, userID)
        try statements.deleteCounts.run()
        let history = try connection.prepare("DELETE FROM history WHERE user_id = ?1")
        try history.bind(1, userID)
        try history.run()
        try deleteRuleset(of: userID)
        return removed
    }

    // MARK: Rulesets

    func setRuleset(of userID: String, to content: [UInt8]) throws(QueueError) {
        try statements.setRuleset.bind(1, userID)
        try statements.setRuleset.bind(2, content)
        try statements.setRuleset.run()
    }

    func deleteRuleset(of userID: String) throws(QueueError) {
        try statements.deleteRuleset.bind(1, userID)
        try statements.deleteRuleset.run()
    }

    // MARK: Rows

    /// Inserts a pusher, or writes one anew but for its creation time and last success. An id of 0 is a fresh one.
    private func write(_ pusher: PusherRow, isNew: Bool) throws(QueueError) -> PusherRow {
        let sql =
            isNew
            ? "INSERT INTO pushers (\(PusherRow.columns)) VALUES (\(PusherRow.parameters)) RETURNING \(PusherRow.columns)"
            : """
            UPDATE pushers SET device_id = ?5, kind = ?6, app_display_name = ?7, device_display_name = ?8,
            profile_tag = ?9, lang = ?10, enabled = ?11, url = ?12, gateway = ?13, data = ?14, pushkey_ts = ?15,
            failing_since = NULL, attempts = 0, next_attempt_at = NULL, last_error = NULL
            WHERE id = ?1 RETURNING \(PusherRow.columns)
            """
        let statement = try connection.prepare(sql)
        try pusher.bind(to: statement, isNew: isNew)
        guard let stored = try statement.rows({ PusherRow(row: $0) }).first else {
            throw QueueError(.notFound, path: path, "no pusher \(pusher.id)")
        }
        return stored
    }

    private func removePusher(
        _ id: Int64, reason: RemovedPusher.Reason, at: Int64
    ) throws(QueueError) -> RemovedPusher? {
        let insert = try connection.prepare(
            """
            INSERT INTO removed_pushers (\(PusherRow.columns), reason, removed_at)
            SELECT \(PusherRow.columns), ?2, ?3 FROM pushers WHERE id = ?1 RETURNING \(RemovedPusher.columns)
            """
        )
        try insert.bind(1, id)
        try insert.bind(2, reason.rawValue)
        try insert.bind(3, at)
        let tombstone = try insert.rows { RemovedPusher(row: $0) }.first
        let delete = try connection.prepare("DELETE FROM pushers WHERE id = ?1")
        try delete.bind(1, id)
        try delete.run()
        try deleteBadge(of: id, upTo: .max)
        return tombstone
    }
}
