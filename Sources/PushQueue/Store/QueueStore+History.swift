extension QueueStore {
    /// History rows and events kept at most, besides what is unread.
    static let historyKept: Int64 = 262_144
    /// Rows that one call of ``purgeHistory(_:now:)`` deletes, until the event at which there are enough.
    static let historyBatch = 8192

    /// Stores what the history keeps of an event under its first number.
    func append(_ history: NewHistory, number: Int64, at: Int64) throws(QueueError) {
        let event = statements.insertHistoryEvent
        let rows = max(1, (Int64(history.readers.count) + NotificationID.perEvent - 1) / NotificationID.perEvent)
        try event.bind(2, at)
        try event.bind(3, history.eventID)
        try event.bind(4, history.roomID)
        try event.bind(5, history.threadID)
        try event.bind(6, history.callID)
        try event.bind(7, history.event)
        try event.bind(8, history.room)
        for row in number..<number + rows {
            try event.bind(1, row)
            try event.run()
        }
        let statement = statements.insertHistory
        var id = number * NotificationID.perEvent
        for reader in history.readers {
            try statement.bind(1, id)
            try statement.bind(2, reader.userID)
            try statement.bind(3, Int64(reader.flags.rawValue))
            try statement.bind(4, reader.displayName)
            try statement.bind(5, reader.actions)
            try statement.run()
            id += 1
        }
    }

    /// Applies receipts, redactions and answered calls.
    func apply(_ effects: ReadingEffects, at: Int64) throws(QueueError) {
        try setHistoryFlag(.read, on: effects.read)
        try setHistoryFlag(.answered, on: effects.answered)
        for id in effects.retracted {
            try statements.deleteHistory.bind(1, id)
            try statements.deleteHistory.run()
        }
        try finish(effects.cancelled.map { FinishedNotification(id: $0, hadFailures: true) })
        for pusher in effects.badges {
            try statements.setBadge.bind(1, pusher)
            try statements.setBadge.bind(2, at)
            try statements.setBadge.run()
        }
    }

    /// Deletes a bounded batch of old history: what is read after the retention or beyond ``historyKept`` events, what is
    /// unread after four times as much of either. Returns how many events were looked at.
    func purgeHistory(_ retention: QueueRetention, now: Int64) throws(QueueError) -> Int {
        let age = retention.history.milliseconds
        let newest = try connection.integer("SELECT coalesce(max(number), 0) FROM history_events")
        let select = try connection.prepare(
            """
            SELECT number, at FROM history_events WHERE number > ?1 ORDER BY number LIMIT ?2
            """)
        try select.bind(1, historyPosition)
        try select.bind(2, Self.purgeBatch)
        let events = try select.rows { (number: $0.int64(0), at: $0.int64(1)) }
        let entries = try connection.prepare(
            """
            DELETE FROM history WHERE id BETWEEN ?1 * \(NotificationID.perEvent) AND (?1 + 1) * \(NotificationID.perEvent) - 1
            AND (flags & \(HistoryFlags.read.rawValue) OR ?2)
            """)
        let event = try connection.prepare(
            """
            DELETE FROM history_events WHERE number = ?1 AND NOT EXISTS (SELECT 1 FROM history
            WHERE id BETWEEN ?1 * \(NotificationID.perEvent) AND (?1 + 1) * \(NotificationID.perEvent) - 1)
            """)
        let changesBefore = connection.totalChanges
        var looks = 0
        // In the order of arrival: behind the first that is kept there are only newer ones.
        for (number, at) in events where at < now - age || number <= newest - Self.historyKept {
            let isVeryOld = at < now - 4 * age || number <= newest - 4 * Self.historyKept
            try entries.bind(1, number)
            try entries.bind(2, isVeryOld ? 1 : 0)
            try entries.run()
            try event.bind(1, number)
            try event.run()
            looks += 1
            historyPosition = number
            if connection.totalChanges - changesBefore >= Self.historyBatch { return looks }
        }
        // What is unread is passed over and looked at again in the next round.
        if looks < Self.purgeBatch { historyPosition = 0 }
        return looks
    }

    func deleteBadge(of pusher: Int64, upTo time: Int64) throws(QueueError) {
        try statements.deleteBadge.bind(1, pusher)
        try statements.deleteBadge.bind(2, time)
        try statements.deleteBadge.run()
    }

    private func setHistoryFlag(_ flag: HistoryFlags, on ids: [Int64]) throws(QueueError) {
        for id in ids {
            try statements.setHistoryFlag.bind(1, id)
            try statements.setHistoryFlag.bind(2, Int64(flag.rawValue))
            try statements.setHistoryFlag.run()
        }
    }
}
