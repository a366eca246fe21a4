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
        if !transaction.effects.isEmpty { try apply(transaction.effects, at: transaction.queuedAt) }
        return .stored(firstEventNumbers: firstEventNumbers)
    }

    /// Stores an event with its notifications and history. Returns its first number, 0 for an event without either.
    private func append(_ event: NewEvent, queuedAt: Int64) throws(QueueError) -> Int64 {
        let rows = Self.numbers(for: event.notifications.count)
        // An event that notifies nobody still has its place in the order.
        let historyRows = event.history.map { max(1, Self.numbers(for: $0.readers.count)) } ?? 0
        guard rows + historyRows > 0 else { return 0 }
        let (first, newBound) = numbers.take(max(rows, historyRows))
        if let newBound {
            try statements.setNumbering.bind(1, newBound)
            try statements.setNumbering.run()
        }
        if rows > 0 { try append(event, as: first..<first + rows, queuedAt: queuedAt) }
        if let history = event.history, historyRows > 0 { try append(history, number: first, at: queuedAt) }
        return first
    }

    /// How many event numbers so many rows take.
    private static func numbers(for count: Int) -> Int64 {
        (Int64(count) + NotificationID.perEvent - 1) / NotificationID.perEvent
    }

    /// Stores an event once under each number, and its notifications.
    private func append(_ event: NewEvent, as numbers: Range<Int64>, queuedAt: Int64) throws(QueueError) {
        let statement = statements.insertEvent
        try statement.bind(2, queuedAt)
        try statement.bind(3, event.expiresAt)
        try statement.bind(4, event.idsEnd)
        try statement.bind(5, event.contentStart)
        try event.body.withUnsafeBufferPointer { body throws(QueueError) in
            try statement.bindBorrowed(6, body)
            defer { statement.unbind(6) }
            for number in numbers {
                try statement.bind(1, number)
                try statement.run()
            }
        }
        try append(event.notifications, firstID: numbers.lowerBound * NotificationID.perEvent, queuedAt: queuedAt)
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
