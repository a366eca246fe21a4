extension QueueStore {
    /// Stores a transaction, unless its id is known.
    func append(_ transaction: NewTransaction) throws(QueueError) -> AppendReceipt {
        if let id = transaction.transactionID {
            if let answer = try answer(to: id) { return .alreadySeen(answer: answer) }
            try remember(id, of: transaction)
        }
        var firstEventNumbers: [Int64] = []
        firstEventNumbers.reserveCapacity(transaction.events.count)
        // By index: a loop over the elements copies each, with a count for each of its parts.
        for index in transaction.events.indices {
            firstEventNumbers.append(try append(transaction.events[index], at: transaction.queuedAt))
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

    /// Stores an event under as many numbers as its notifications and readers take, and these. Returns the first number.
    private func append(_ event: borrowing NewEvent, at: Int64) throws(QueueError) -> Int64 {
        let rows = (Int64(max(1, event.notifications.count, event.readers.count)) - 1) / NotificationID.perEvent + 1
        let (first, newBound) = numbers.take(rows)
        if let newBound {
            try statements.setNumbering.bind(1, newBound)
            try statements.setNumbering.run()
        }
        try insert(event, as: first..<first + rows, at: at)
        let firstID = first * NotificationID.perEvent
        try insert(event.notifications, firstID: firstID, queuedAt: at)
        try insert(event.readers, of: event.source, firstID: firstID)
        return first
    }

    private func insert(_ event: borrowing NewEvent, as numbers: Range<Int64>, at: Int64) throws(QueueError) {
        let statement = statements.insertEvent
        let (isPlace, expiresAt) = (event.isPlace, event.expiresAt)
        try event.source.withTexts { texts throws(QueueError) in
            try statement.lending { () throws(QueueError) in
                try statement.bind(2, at)
                try statement.bind(3, expiresAt)
                try statement.lend(4, text: texts.eventID)
                try statement.lend(5, text: texts.roomID)
                try statement.lend(6, text: texts.threadID)
                try statement.lend(7, text: texts.callID)
                try statement.lend(8, blob: isPlace ? UnsafeBufferPointer(start: nil, count: 0) : texts.event)
                try statement.lend(9, blob: isPlace ? nil : texts.room)
                for number in numbers {
                    try statement.bind(1, number)
                    try statement.run()
                }
            }
        }
    }

    private func insert(_ notifications: [NewNotification], firstID: Int64, queuedAt: Int64) throws(QueueError) {
        let statement = statements.insertNotification
        try statement.bind(3, queuedAt)
        var id = firstID
        for notification in notifications {
            try statement.bind(1, id)
            try statement.bind(2, notification.pusher)
            try statement.bind(4, notification.notBefore)
            try statement.bind(5, Int64(notification.flags))
            try statement.lend(6, notification.tweaks) { () throws(QueueError) in try statement.run() }
            id += 1
        }
    }

    private func insert(
        _ readers: ArraySlice<HistoryReader>, of source: any EventSource, firstID: Int64
    ) throws(QueueError) {
        let statement = statements.insertHistory
        // What is lent for one row is bound anew for the next one.
        try statement.lending { () throws(QueueError) in
            var id = firstID
            for index in readers.indices {
                try source.withTexts(ofReader: readers[index].place) { texts throws(QueueError) in
                    try readers[index].actions.withUnsafeBufferPointer { actions throws(QueueError) in
                        try statement.bind(1, id)
                        try statement.lend(2, text: texts.userID)
                        try statement.bind(3, Int64(readers[index].flags.rawValue))
                        try statement.lend(4, text: texts.displayName)
                        try statement.lend(5, blob: actions)
                        try statement.run()
                    }
                }
                id += 1
            }
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
        try transaction.deliveryKeys.map { $0.littleEndian }.withUnsafeBufferPointer { keys throws(QueueError) in
            try statement.lend(4, UnsafeRawBufferPointer(keys)) { () throws(QueueError) in try statement.run() }
        }
        let row = connection.lastInsertedRow
        transactions.insert(transactionID, row: row)
        transactionChanges.append(.inserted(id: transactionID, row: row))
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
