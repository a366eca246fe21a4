extension QueueStore {
    /// Stores a transaction, unless its id is known.
    func append(_ transaction: NewTransaction) throws(QueueError) -> AppendReceipt {
        if let id = transaction.transactionID {
            if let answer = try answer(to: id) { return .alreadySeen(answer: answer) }
            try remember(id, of: transaction)
        }
        let firstEventNumbers = try takeNumbers(for: transaction.events.list)
        try insertEvents(of: transaction, firstEventNumbers)
        try insertNotifications(of: transaction, firstEventNumbers)
        try insertReaders(of: transaction, firstEventNumbers)
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

    // MARK: Events

    // By index: a loop over the elements copies each, with a count for each of its parts.

    /// Gives each event as many consecutive numbers as its notifications and readers take.
    /// - Returns: the first number of each.
    private func takeNumbers(for events: [NewEvent]) throws(QueueError) -> [Int64] {
        var firstNumbers: [Int64] = []
        firstNumbers.reserveCapacity(events.count)
        let (first, newBound) = numbers.take(events.indices.reduce(0) { $0 + Int64(events[$1].rows) })
        var next = first
        for index in events.indices {
            firstNumbers.append(next)
            next += Int64(events[index].rows)
        }
        eventSizes.note(events, firstNumbers)
        if let newBound {
            try statements.setNumbering.bind(1, newBound)
            try statements.setNumbering.run()
        }
        return firstNumbers
    }

    private func insertEvents(of transaction: NewTransaction, _ firstNumbers: [Int64]) throws(QueueError) {
        let insert = statements.insertEvents
        let events = transaction.events.list
        guard let source = transaction.events.source else { return precondition(events.isEmpty, "events of no source") }
        try insert.begin(events.indices.reduce(0) { $0 + events[$1].rows }, shared: transaction.queuedAt)
        for index in events.indices {
            let texts = source.texts(ofEvent: events[index].place)
            for row in 0..<events[index].rows {
                try insert.bind(0, firstNumbers[index] + Int64(row))
                try insert.bind(1, events[index].expiresAt)
                try insert.lend(2, text: texts.eventID)
                try insert.lend(3, text: texts.roomID)
                try insert.lend(4, text: texts.threadID)
                try insert.lend(5, text: texts.callID)
                if events[index].isPlace {
                    try insert.lend(6, blob: UnsafeBufferPointer(start: nil, count: 0))
                } else {
                    try insert.lend(6, blob: texts.event)
                    try insert.lend(7, blob: texts.room)
                }
                try insert.add()
            }
        }
    }

    private func insertNotifications(of transaction: NewTransaction, _ firstNumbers: [Int64]) throws(QueueError) {
        let insert = statements.insertNotifications
        let events = transaction.events.list
        let notifications = transaction.events.notifications
        try insert.begin(
            events.indices.reduce(0) { $0 + events[$1].notifications.count }, shared: transaction.queuedAt)
        for index in events.indices {
            var id = firstNumbers[index] * NotificationID.perEvent
            for place in events[index].notifications {
                try insert.bind(0, id)
                try insert.bind(1, notifications[place].pusher)
                try insert.bind(2, notifications[place].notBefore)
                try insert.bind(3, Int64(notifications[place].flags))
                try insert.bind(4, notifications[place].tweaks)
                try insert.add()
                id += 1
            }
        }
    }

    private func insertReaders(of transaction: NewTransaction, _ firstNumbers: [Int64]) throws(QueueError) {
        let insert = statements.insertReaders
        let events = transaction.events.list
        let readers = transaction.events.readers
        guard let source = transaction.events.source else { return }
        try insert.begin(events.indices.reduce(0) { $0 + events[$1].readers.count })
        for index in events.indices {
            var id = firstNumbers[index] * NotificationID.perEvent
            for reader in events[index].readers {
                let texts = source.texts(ofReader: readers[reader].place)
                try insert.bind(0, id)
                try insert.lend(1, text: texts.userID)
                try insert.bind(2, Int64(readers[reader].flags.rawValue))
                try insert.lend(3, text: texts.displayName)
                try insert.bind(4, readers[reader].actions)
                try insert.add()
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

extension NewEvent {
    /// How many event numbers it takes.
    var rows: Int {
        (max(1, notifications.count, readers.count) - 1) / Int(NotificationID.perEvent) + 1
    }
}
