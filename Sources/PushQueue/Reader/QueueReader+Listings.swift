extension QueueReader {
    package func notification(_ id: Int64) throws(QueueError) -> NotificationSummary? {
        let statement = try connection.prepare(Self.notificationSelect + " WHERE n.id = ?1")
        try statement.bind(1, id)
        return try statement.firstRow(NotificationSummary.init(row:))
    }

    package func notifications(
        matching filter: NotificationFilter, after id: Int64, limit: Int
    ) throws(QueueError) -> [NotificationSummary] {
        // The pushers are looked up first, as there is no index by pusher: then one pass in the order of ids.
        var conditions = ["n.id > ?1"]
        if filter.restrictsPushers {
            conditions.append("n.pusher IN (SELECT id FROM pushers WHERE \(filter.pusherCondition(idColumn: "id")))")
        }
        if filter.queuedBefore != nil { conditions.append("n.queued_at < ?7") }
        let statement = try connection.prepare(
            Self.notificationSelect + " WHERE \(conditions.joined(separator: " AND ")) ORDER BY n.id LIMIT ?2")
        try filter.bind(to: statement, after: id, limit: limit)
        return try statement.rows(NotificationSummary.init(row:))
    }

    package func deadLetter(_ id: Int64) throws(QueueError) -> DeadLetterSummary? {
        let statement = try connection.prepare(Self.deadLetterSelect + " WHERE d.id = ?1")
        try statement.bind(1, id)
        return try statement.firstRow(DeadLetterSummary.init(row:))
    }

    package func deadLetters(
        matching filter: NotificationFilter, after id: Int64, limit: Int
    ) throws(QueueError) -> [DeadLetterSummary] {
        let statement = try connection.prepare(
            Self.deadLetterSelect + " WHERE d.id > ?1 AND \(filter.deadLetterCondition) ORDER BY d.id LIMIT ?2")
        try filter.bind(to: statement, after: id, limit: limit)
        try filter.bindReason(to: statement)
        return try statement.rows(DeadLetterSummary.init(row:))
    }

    package func deadLetterIDs(
        matching filter: NotificationFilter, after id: Int64, lookingAt limit: Int
    ) throws(QueueError) -> (ids: [Int64], last: Int64?) {
        let statement = try connection.prepare(
            "SELECT d.id, \(filter.deadLetterCondition) FROM dead_letters AS d WHERE d.id > ?1 ORDER BY d.id LIMIT ?2")
        try filter.bind(to: statement, after: id, limit: limit)
        try filter.bindReason(to: statement)
        var ids: [Int64] = []
        var last: Int64?
        var count = 0
        try statement.forEachRow { row in
            last = row.int64(0)
            count += 1
            if row.int64(1) != 0 { ids.append(row.int64(0)) }
        }
        return (ids, count == limit ? last : nil)
    }

    // CROSS JOIN fixes the order of the loops.
    private static let notificationSelect = """
        SELECT n.id, n.pusher, n.queued_at, n.not_before, n.attempts, n.refusals, n.flags,
        p.user_id, p.app_id, p.pushkey, p.gateway, e.event_id, e.room_id, n.last_error, p.next_attempt_at
        FROM notifications AS n CROSS JOIN pushers AS p ON p.id = n.pusher CROSS JOIN events AS e ON e.number = n.id / 4096
        """
    private static let deadLetterSelect = """
        SELECT d.id, d.pusher, d.queued_at, d.not_before, d.attempts, 0, d.flags,
        user_id, app_id, pushkey, gateway, e.event_id, e.room_id, d.last_error, d.last_status, d.dead_at, d.reason
        FROM dead_letters AS d CROSS JOIN events AS e ON e.number = d.id / 4096
        """
}

extension NotificationFilter {
    var restrictsPushers: Bool { gateway != nil || userID != nil || appID != nil || pusher != nil }

    /// SQL on the columns of pushers that dead letters have too.
    func pusherCondition(idColumn: String) -> String {
        var conditions: [String] = []
        if gateway != nil { conditions.append("(gateway = ?3 OR instr(gateway, '://' || ?3 || ':') > 0)") }
        if userID != nil { conditions.append("user_id = ?4") }
        if appID != nil { conditions.append("app_id = ?5") }
        if pusher != nil { conditions.append("\(idColumn) = ?6") }
        return conditions.joined(separator: " AND ")
    }

    /// SQL on dead letters, as `d`.
    var deadLetterCondition: String {
        var conditions: [String] = []
        if restrictsPushers { conditions.append(pusherCondition(idColumn: "pusher")) }
        if queuedBefore != nil { conditions.append("d.queued_at < ?7") }
        if reason != nil { conditions.append("d.reason = ?8") }
        return conditions.isEmpty ? "1" : conditions.joined(separator: " AND ")
    }

    func bindReason(to statement: Statement) throws(QueueError) {
        if let reason { try statement.bind(8, reason.rawValue) }
    }

    /// Parameters that the SQL does not have are left out.
    func bind(to statement: Statement, after id: Int64, limit: Int) throws(QueueError) {
        try statement.bind(1, id)
        try statement.bind(2, max(limit, 0))
        if let gateway { try statement.bind(3, gateway) }
        if let userID { try statement.bind(4, userID) }
        if let appID { try statement.bind(5, appID) }
        if let pusher { try statement.bind(6, pusher) }
        if let queuedBefore { try statement.bind(7, queuedBefore) }
    }
}
