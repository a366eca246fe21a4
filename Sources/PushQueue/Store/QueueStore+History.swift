extension QueueStore {
    /// Applies receipts, redactions and answered calls.
    func apply(_ effects: ReadingEffects, at: Int64) throws(QueueError) {
        try setHistoryFlag(.read, on: effects.read)
        try setHistoryFlag(.answered, on: effects.answered)
        try finish(effects.cancelled.map { FinishedNotification(id: $0, hadFailures: true) })
        for number in effects.redacted { try redact(number) }
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

    /// Deletes what is stored of an event, also its dead letters and what is in flight, which a restart would send again.
    private func redact(_ number: Int64) throws(QueueError) {
        for statement in statements.deleteOfEvents {
            try statement.bind(1, NotificationID.range(ofEvents: number...number))
            try statement.run()
        }
        try statements.eraseEvent.bind(1, number)
        try statements.eraseEvent.run()
        purgeWalk.lookAgain(at: number)
    }
}
