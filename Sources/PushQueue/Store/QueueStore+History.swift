extension QueueStore {
    /// Applies receipts, redactions and answered calls.
    func apply(_ effects: ReadingEffects, at: Int64) throws(QueueError) {
        try setHistoryFlag(.read, on: effects.read)
        try setHistoryFlag(.answered, on: effects.answered)
        for id in effects.retracted {
            try statements.deleteHistory.bind(1, id)
            try statements.deleteHistory.run()
        }
        try finish(effects.cancelled.map { FinishedNotification(id: $0, hadFailures: true) })
        try eraseEvents(of: effects.retracted)
        for pusher in effects.badges {
            try statements.setBadge.bind(1, pusher)
            try statements.setBadge.bind(2, at)
            try statements.setBadge.run()
        }
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

    /// Erases what redacted events said, unless something still refers to them; their places stay.
    private func eraseEvents(of historyRows: [Int64]) throws(QueueError) {
        var last: Int64?
        for number in historyRows.lazy.map(NotificationID.eventNumber(of:)) where number != last {
            try statements.eraseEvent.bind(1, number)
            try statements.eraseEvent.run()
            last = number
        }
    }
}
