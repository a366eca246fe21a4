extension QueueStore {
    /// Stores a transaction, unless its id is known.
    func append(_ transaction: NewTransaction) throws(QueueError) -> AppendReceipt {
        if let id = transaction.transactionID {
            if let answer = try answer(to: id) { return .alreadySeen(answer: answer) }
            try remember(id, of: transaction)
        }
        var firstEventNumbers: [Int64] = []
        firstEventNumbers.reserveCapacity(transaction.events.count)
        for event in transaction.events {
            firstEventNumbers.append(try append(event, queuedAt: transaction.queuedAt))
        }
        let statement = statements.setCounts
        for counts in transaction.counts {
            try statement.bind(1, counts.userID)
            try statement.bind(2, counts.unread)
            try statement.bind(3, counts.missedCalls)
            try statement.run()
        }
        return .stored(firstEventNumbers: firstEventNumbers)
    }

    /// Stores an event with its notifications; once more for every 4096 of them. Returns its first number.
    private func append(_ event: NewEvent, queuedAt: Int64) throws(QueueError) -> Int64 {
        let count = Int64(event.notifications.count)
        guard count > 0 else { return 0 }
        let rows = (count + NotificationID.perEvent - 1) / NotificationID.perEvent
        let (first, newBound) = numbers.take(rows)
        if let newBound {
            try statements.setNumbering.bind(1, newBound)
            try statements.setNumbering.run()
        }
        let statement = statements.insertEvent
        try statement.bind(2, queuedAt)
        try statement.bind(3, event.expiresAt)
        try statement.bind(4, event.idsEnd)
        try statement.bind(5, event.contentStart)
        try event.body.withUnsafeBufferPointer { body throws(QueueError) in
            try statement.bindBorrowed(6, body)
            defer { statement.unbind(6) }
            for number in first..<first + rows {
                try statement.bind(1, number)
                try statement.run()
            }
        }
        try append(event.notifications, firstID: first * NotificationID.perEvent, queuedAt: queuedAt)
        return first
    }

    private func append(_ notifications: [NewNotification], firstID: Int64, queuedAt: Int64) throws(QueueError) {
        let statement = statements.insertNotification
        try statement.bind(3, queuedAt)
        var id = firstID
        for notification in notifications {
            try statement.bind(1, id)
            try statement.bind(2, notification.pusher)
            try statement.bind(4, notification.notBefore)
            try statement.bind(5, Int64(notification.flags))
            try statement.bind(6, notification.tweaks)
            try statement.run()
            id += 1
        }
    }

    // MARK: Known transactions

    private func answer(to transactionID: String) throws(QueueError) -> [UInt8]? {
        for row in transactions.candidates(for: transactionID) {
            let statement = statements.readTransaction
            try statement.bind(1, row)
            let known = try statement.firstRow { (id: $0.text(0), answer: $0.blob(1)) }
            if let known, known.id == transactionID { return known.answer }
        }
        return nil
    }

    private func remember(_ transactionID: String, of transaction: NewTransaction) throws(QueueError) {
        let statement = statements.insertTransaction
        try statement.bind(1, transactionID)
        try statement.bind(2, transaction.queuedAt)
        try statement.bind(3, transaction.answer)
        try statement.bind(4, Self.bytes(of: transaction.deliveryKeys))
        try statement.run()
        let row = connection.lastInsertedRow
        transactions.insert(transactionID, row: row)
        transactionChanges.append(.inserted(id: transactionID, row: row))
    }

    private static func bytes(of keys: [UInt64]) -> [UInt8] {
        keys.map(\.littleEndian).withUnsafeBytes { Array($0) }
    }

    func loadTransactions() throws(QueueError) {
        let statement = try connection.prepare("SELECT seq, txn_id FROM transactions")
        try statement.forEachRow { transactions.insert($0.text(1), row: $0.int64(0)) }
    }

    /// Forgets the oldest transactions while there are too many.
    func trimTransactions() throws(QueueError) {
        while transactions.count > options.transactionLimit {
            guard try forgetOldestTransaction(before: .max) else { return }
        }
    }

    /// Forgets the oldest transaction if it is from before a time. Returns whether it did.
    func forgetOldestTransaction(before time: Int64) throws(QueueError) -> Bool {
        let oldest = try statements.oldestTransaction.firstRow {
            (row: $0.int64(0), id: $0.text(1), at: $0.int64(2))
        }
        guard let oldest, oldest.at < time else { return false }
        try statements.deleteTransaction.bind(1, oldest.row)
        try statements.deleteTransaction.run()
        transactions.remove(oldest.id, row: oldest.row)
        transactionChanges.append(.removed(id: oldest.id, row: oldest.row))
        return true
    }
}
