extension QueueReader {
    /// Calls `body` with the unread entries of all users in the order of arrival; their events lack the JSON.
    package func scanUnread(_ body: (HistoryEntry) -> Void) throws(QueueError) {
        let statement = try connection.prepare(
            """
            SELECT h.id, h.user_id, h.flags, NULL, x'', e.number, e.at, e.event_id, e.room_id, e.thread_id, e.call_id, x'', NULL
            FROM history AS h JOIN events AS e ON e.number = h.id / \(NotificationID.perEvent)
            WHERE h.flags & \(HistoryFlags.read.rawValue) = 0 ORDER BY h.id
            """)
        try statement.forEachRow { body(HistoryEntry(row: $0)) }
    }

    /// A user's history, newest first, from before an id.
    /// - Parameter flags: Only entries with all of these.
    package func history(
        of userID: String, before id: Int64, with flags: HistoryFlags, limit: Int
    ) throws(QueueError) -> [HistoryEntry] {
        let statement = try connection.prepare(
            """
            SELECT h.id, h.user_id, h.flags, h.display_name, h.actions, e.number, e.at, e.event_id, e.room_id, e.thread_id, e.call_id,
            e.event, e.room
            FROM history AS h JOIN events AS e ON e.number = h.id / \(NotificationID.perEvent)
            WHERE h.id < ?2 AND h.user_id = ?1 AND h.flags & ?3 = ?3 ORDER BY h.id DESC LIMIT ?4
            """)
        try statement.bind(1, userID)
        try statement.bind(2, id)
        try statement.bind(3, Int64(flags.rawValue))
        try statement.bind(4, limit)
        return try statement.rows { HistoryEntry(row: $0) }
    }

    /// The entries of an event, of all users or of one; `number` is any of the event's numbers.
    package func history(ofEvent number: Int64, userID: String?) throws(QueueError) -> [HistoryEntry] {
        let statement = try connection.prepare(
            """
            SELECT h.id, h.user_id, h.flags, h.display_name, h.actions, e.number, e.at, e.event_id, e.room_id, e.thread_id, e.call_id,
            e.event, e.room
            FROM history AS h JOIN events AS e ON e.number = ?1
            WHERE h.id BETWEEN ?1 * \(NotificationID.perEvent) AND (?1 + 1) * \(NotificationID.perEvent) - 1
            AND (?2 IS NULL OR h.user_id = ?2) ORDER BY h.id
            """)
        try statement.bind(1, number)
        try statement.bind(2, userID)
        return try statement.rows { HistoryEntry(row: $0) }
    }

    /// Who was notified of an event, by history row.
    package func historyReaders(ofEvent number: Int64) throws(QueueError) -> [(id: Int64, userID: String)] {
        let statement = try connection.prepare(
            """
            SELECT id, user_id FROM history
            WHERE id BETWEEN ?1 * \(NotificationID.perEvent) AND (?1 + 1) * \(NotificationID.perEvent) - 1
            """)
        try statement.bind(1, number)
        return try statement.rows { ($0.int64(0), $0.text(1)) }
    }

    package func notifications(ofEvent number: Int64) throws(QueueError) -> [PendingNotification] {
        let statement = try connection.prepare(
            """
            SELECT \(PendingNotification.columns) FROM notifications
            WHERE id BETWEEN ?1 * \(NotificationID.perEvent) AND (?1 + 1) * \(NotificationID.perEvent) - 1 ORDER BY id
            """)
        try statement.bind(1, number)
        return try statement.rows { PendingNotification(row: $0) }
    }

    /// The pushers that are to get a counts-only push, and the Unix milliseconds since when.
    package func badges(limit: Int) throws(QueueError) -> [(pusher: PusherRow, queuedAt: Int64)] {
        let statement = try connection.prepare(
            """
            SELECT \(PusherRow.columns), (SELECT queued_at FROM badges WHERE pusher = id) FROM pushers
            WHERE id IN (SELECT pusher FROM badges) ORDER BY id LIMIT ?1
            """)
        try statement.bind(1, limit)
        return try statement.rows { (PusherRow(row: $0), $0.int64(PusherRow.columnCount)) }
    }

    package func scanBadges(_ body: (_ pusher: Int64, _ queuedAt: Int64) -> Void) throws(QueueError) {
        try connection.prepare("SELECT pusher, queued_at FROM badges").forEachRow { body($0.int64(0), $0.int64(1)) }
    }
}

extension HistoryEntry {
    /// Reads the columns that the statements of this file select.
    init(row: Statement) {
        self.init(
            id: row.int64(0), userID: row.text(1),
            flags: HistoryFlags(rawValue: Int32(truncatingIfNeeded: row.int64(2))),
            displayName: row.optionalText(3), actions: row.blob(4),
            event: HistoryEvent(
                number: row.int64(5), at: row.int64(6), eventID: row.text(7), roomID: row.text(8),
                threadID: row.optionalText(9), callID: row.optionalText(10), event: row.blob(11),
                room: row.optionalBlob(12)))
    }
}
