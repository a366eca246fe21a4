extension QueueReader {
    package func payload(of notification: Int64) throws(QueueError) -> NotificationPayload? {
        var found: NotificationPayload?
        try payloads(of: [notification]) { found = $0 }
        return found
    }

    package func payloads(
        of notifications: [Int64], _ body: (NotificationPayload) -> Void
    ) throws(QueueError) {
        try statements.begin.run()
        defer { connection.rollback() }
        var event: Event?
        for id in notifications {
            let statement = statements.notification
            try statement.bind(1, id)
            let row = try statement.firstRow {
                (PendingNotification(row: $0), $0.optionalBlob(PendingNotification.columnCount))
            }
            guard let (notification, tweaks) = row else { continue }
            let number = NotificationID.eventNumber(of: id)
            if event?.number != number { event = try self.event(number) }
            guard let event else { continue }
            body(
                NotificationPayload(
                    notification: notification, tweaks: tweaks, event: event.event, room: event.room))
        }
        try statements.commit.run()
    }

    package func attempts(of notification: Int64) throws(QueueError) -> [AttemptRecord] {
        let statement = try connection.prepare(
            "SELECT \(AttemptRecord.columns) FROM attempts WHERE notification = ?1 ORDER BY seq")
        try statement.bind(1, notification)
        return try statement.rows(AttemptRecord.init(row:))
    }

    private struct Event {
        let number: Int64
        let event: [UInt8]
        let room: [UInt8]?
    }

    private func event(_ number: Int64) throws(QueueError) -> Event? {
        try statements.event.bind(1, number)
        return try statements.event.firstRow { row in
            Event(number: number, event: row.blob(0), room: row.optionalBlob(1))
        }
    }
}
