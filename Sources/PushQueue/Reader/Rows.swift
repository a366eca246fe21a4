// How records are read from rows; the order of the columns is that of the lists here.

extension PusherRow {
    static let columns = """
        id, user_id, app_id, pushkey, device_id, kind, app_display_name, device_display_name, profile_tag, lang, \
        enabled, url, gateway, data, pushkey_ts, created_at, failing_since, attempts, next_attempt_at, \
        last_success_at, last_error
        """
    static let columnCount: Int32 = 21
    static let parameters = (1...columnCount).map { "?\($0)" }.joined(separator: ", ")

    init(row: Statement, from start: Int32 = 0) {
        self.init(
            id: row.int64(start),
            fields: PusherFields(
                userID: row.text(start + 1), appID: row.text(start + 2), pushkey: row.text(start + 3),
                deviceID: row.optionalText(start + 4), kind: row.text(start + 5), appDisplayName: row.text(start + 6),
                deviceDisplayName: row.text(start + 7), profileTag: row.optionalText(start + 8),
                lang: row.text(start + 9), enabled: row.int64(start + 10) != 0, url: row.text(start + 11),
                gateway: row.text(start + 12), data: row.blob(start + 13)),
            pushkeyTimestamp: row.int64(start + 14),
            createdAt: row.int64(start + 15),
            health: PusherHealth(
                failingSince: row.optionalInt64(start + 16), attempts: row.int(start + 17),
                nextAttemptAt: row.optionalInt64(start + 18), lastSuccessAt: row.optionalInt64(start + 19),
                lastError: row.optionalText(start + 20)))
    }

    /// Binds the columns to the parameters of the same number; without the health and times an update leaves alone.
    func bind(to statement: Statement, isNew: Bool) throws(QueueError) {
        try statement.bind(1, id == 0 ? nil : id)
        try statement.bind(5, fields.deviceID)
        try statement.bind(6, fields.kind)
        try statement.bind(7, fields.appDisplayName)
        try statement.bind(8, fields.deviceDisplayName)
        try statement.bind(9, fields.profileTag)
        try statement.bind(10, fields.lang)
        try statement.bind(11, fields.enabled ? 1 : 0)
        try statement.bind(12, fields.url)
        try statement.bind(13, fields.gateway)
        try statement.bind(14, fields.data)
        try statement.bind(15, pushkeyTimestamp)
        guard isNew else { return }
        try statement.bind(2, fields.userID)
        try statement.bind(3, fields.appID)
        try statement.bind(4, fields.pushkey)
        try statement.bind(16, createdAt)
        try statement.bind(17, health.failingSince)
        try statement.bind(18, health.attempts)
        try statement.bind(19, health.nextAttemptAt)
        try statement.bind(20, health.lastSuccessAt)
        try statement.bind(21, health.lastError)
    }
}

extension RemovedPusher {
    static let columns = PusherRow.columns + ", seq, reason, removed_at, restored_at"

    init(row: Statement) {
        let next = PusherRow.columnCount
        self.init(
            sequence: row.int64(next),
            pusher: PusherRow(row: row),
            reason: Reason(rawValue: row.text(next + 1)) ?? .deleted,
            removedAt: row.int64(next + 2),
            restoredAt: row.optionalInt64(next + 3))
    }
}

extension PendingNotification {
    static let columns = "id, pusher, queued_at, not_before, attempts, refusals, flags"
    static let columnCount: Int32 = 7

    init(row: Statement) {
        self.init(
            id: row.int64(0), pusher: row.int64(1), queuedAt: row.int64(2), notBefore: row.optionalInt64(3),
            attempts: row.int(4), refusals: row.int(5), flags: Int32(truncatingIfNeeded: row.int64(6)))
    }
}

extension AttemptRecord {
    static let columns = "at, duration_ms, outcome, status, reason, next_attempt_at"

    init(row: Statement) {
        self.init(
            at: row.int64(0), durationMilliseconds: row.int64(1), outcome: row.text(2), status: row.optionalInt(3),
            reason: row.optionalText(4), nextAttemptAt: row.optionalInt64(5))
    }
}

extension NotificationSummary {
    init(row: Statement) {
        self.init(
            notification: PendingNotification(row: row), userID: row.text(7), appID: row.text(8),
            pushkey: row.text(9), gateway: row.text(10), eventID: row.text(11), roomID: row.text(12),
            lastError: row.optionalText(13), nextAttemptAt: row.optionalInt64(14))
    }
}

extension DeadLetterSummary {
    init(row: Statement) {
        self.init(
            notification: PendingNotification(row: row), userID: row.text(7), appID: row.text(8),
            pushkey: row.text(9), gateway: row.text(10), eventID: row.text(11), roomID: row.text(12),
            lastError: row.optionalText(13), lastStatus: row.optionalInt(14), deadAt: row.int64(15),
            reason: DeadLetter.Reason(rawValue: row.text(16)) ?? .gaveUp)
    }
}
