extension QueueReader {
    package func scanPushers(_ body: (PusherRow) -> Void) throws(QueueError) {
        let statement = try connection.prepare(
            """
            SELECT id, user_id, enabled, gateway, data, failing_since, attempts, next_attempt_at FROM pushers ORDER BY id
            """)
        try statement.forEachRow { row in
            let fields = PusherFields(
                userID: row.text(1), appID: "", pushkey: "", appDisplayName: "", deviceDisplayName: "", lang: "",
                enabled: row.int64(2) != 0, url: "", gateway: row.text(3), data: row.blob(4))
            let health = PusherHealth(
                failingSince: row.optionalInt64(5), attempts: row.int(6), nextAttemptAt: row.optionalInt64(7))
            body(PusherRow(id: row.int64(0), fields: fields, pushkeyTimestamp: 0, createdAt: 0, health: health))
        }
    }

    package func scanEvents(
        newest count: Int, _ body: (_ number: Int64, _ eventID: String) -> Void
    ) throws(QueueError) {
        let statement = try connection.prepare(
            """
            SELECT number, event_id FROM events WHERE number > (SELECT max(number) FROM events) - ?1 ORDER BY number
            """)
        try statement.bind(1, count)
        try statement.forEachRow { body($0.int64(0), $0.text(1)) }
    }

    package func scanNotifications(_ body: (PendingNotification) -> Void) throws(QueueError) {
        // Millions of rows: each column counts.
        let statement = try connection.prepare(
            "SELECT id, pusher, queued_at, refusals, flags FROM notifications ORDER BY id")
        try statement.forEachRow { row in
            body(
                PendingNotification(
                    id: row.int64(0), pusher: row.int64(1), queuedAt: row.int64(2), notBefore: nil, attempts: 0,
                    refusals: row.int(3), flags: Int32(truncatingIfNeeded: row.int64(4))))
        }
    }

    package func scanCounts(_ body: (UserCounts) -> Void) throws(QueueError) {
        try connection.prepare("SELECT user_id, unread, missed_calls FROM counts").forEachRow { row in
            body(UserCounts(userID: row.text(0), unread: row.int(1), missedCalls: row.int(2)))
        }
    }

    package func scanTransactions(
        newestKeys count: Int, _ body: (_ at: Int64, _ deliveryKeys: [UInt64]) -> Void
    ) throws(QueueError) {
        var first: Int64 = 0
        var missing = count
        let sizes = try connection.prepare("SELECT seq, length(delivery_keys) FROM transactions ORDER BY seq DESC")
        defer { sizes.reset() }
        while missing > 0, try sizes.step() {
            first = sizes.int64(0)
            missing -= sizes.int(1) / 8
        }
        let statement = try connection.prepare(
            "SELECT at, delivery_keys FROM transactions WHERE seq >= ?1 ORDER BY seq")
        try statement.bind(1, first)
        try statement.forEachRow { row in
            let bytes = row.blob(1)
            let keys = bytes.withUnsafeBytes { bytes in
                stride(from: 0, through: bytes.count - 8, by: 8).map { offset in
                    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                }
            }
            body(row.int64(0), keys)
        }
    }

    package func firstEventNumber() throws(QueueError) -> Int64? {
        try connection.prepare("SELECT number FROM events ORDER BY number LIMIT 1").firstRow { $0.int64(0) }
    }

    package func scanSnapshot(_ body: ([UInt8]) -> Void) throws(QueueError) {
        try connection.prepare("SELECT data FROM snapshot ORDER BY part").forEachRow { body($0.blob(0)) }
    }

    package func scanLanes(_ body: (LaneRecord) -> Void) throws(QueueError) {
        let statement = try connection.prepare(
            "SELECT gateway, failing_since, failures, next_probe_at, is_suspect FROM lanes")
        try statement.forEachRow { row in
            body(
                LaneRecord(
                    gateway: row.text(0), failingSince: row.int64(1), failures: row.int(2), nextProbeAt: row.int64(3),
                    isSuspect: row.int64(4) != 0))
        }
    }

    package func scanExpiries(_ body: (_ event: Int64, _ expiresAt: Int64) -> Void) throws(QueueError) {
        let statement = try connection.prepare("SELECT number, expires_at FROM events WHERE expires_at IS NOT NULL")
        try statement.forEachRow { body($0.int64(0), $0.int64(1)) }
    }

    package func scanRejections(since time: Int64, _ body: (_ gateway: String, _ at: Int64) -> Void) throws(QueueError)
    {
        let statement = try connection.prepare(
            "SELECT gateway, removed_at FROM removed_pushers WHERE removed_at >= ?1 AND reason = ?2 ORDER BY seq")
        try statement.bind(1, time)
        try statement.bind(2, RemovedPusher.Reason.rejected.rawValue)
        try statement.forEachRow { body($0.text(0), $0.int64(1)) }
    }

    package func scanRulesetUsers(_ body: (String) -> Void) throws(QueueError) {
        try connection.prepare("SELECT user_id FROM rulesets").forEachRow { body($0.text(0)) }
    }
}
