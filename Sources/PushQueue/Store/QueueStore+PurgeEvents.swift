extension QueueStore {
    /// History rows and events kept at most, besides what is unread or still to be sent.
    static let historyKept: Int64 = 262_144
    /// Events that one call of ``purgeEvents(_:now:)`` looks at.
    static let eventBatch = 4096
    /// History rows that it looks at, until the event at which there are enough.
    static let historyBatch = 8192

    /// How old an event is.
    private enum Age {
        case young
        /// What was read of it goes.
        case old
        /// Its whole history goes.
        case veryOld
    }

    /// Deletes a bounded batch of old history: what is read after the retention or beyond ``historyKept`` events, what is
    /// unread after four times as much of either. An event goes once it is old and nothing refers to it. Returns how many
    /// events were looked at.
    func purgeEvents(_ retention: QueueRetention, now: Int64) throws(QueueError) -> Int {
        let (events, areAll) = try eventsToPurge()
        guard let last = events.last else {
            purgeWalk.endRound()
            return 0
        }
        let newest = try connection.integer("SELECT max(number) FROM events")
        let age = retention.history.milliseconds
        let ages = events.map { number, at -> Age in
            if at < now - 4 * age || number <= newest - 4 * Self.historyKept { return .veryOld }
            return at < now - age || number <= newest - Self.historyKept ? .old : .young
        }
        var looks = 0
        var start = 0
        // One statement for all neighbours of the same age.
        while start < events.count {
            let end = ages[start...].firstIndex { $0 != ages[start] } ?? events.count
            if ages[start] == .young {
                purgeWalk.leave(events[start].number)
            } else {
                try purge(events[start].number...events[end - 1].number, isVeryOld: ages[start] == .veryOld)
                looks += end - start
            }
            start = end
        }
        purgeWalk.advance(past: last.number)
        // In the order of arrival: behind those that are young there are only younger ones.
        if areAll || looks < events.count { purgeWalk.endRound() }
        return looks
    }

    /// The next events of the walk, and whether there are no more behind them.
    private func eventsToPurge() throws(QueueError) -> (events: [(number: Int64, at: Int64)], areAll: Bool) {
        let select = try connection.prepare(
            "SELECT number, at FROM events WHERE number >= ?1 ORDER BY number LIMIT ?2")
        try select.bind(1, purgeWalk.position)
        try select.bind(2, Self.eventBatch)
        let events = try select.rows { (number: $0.int64(0), at: $0.int64(1)) }
        guard let first = events.first, let last = events.last else { return ([], true) }
        let enough = try connection.prepare(
            "SELECT id FROM history WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT 1 OFFSET \(Self.historyBatch)")
        try enough.bind(1, NotificationID.range(ofEvents: first.number...last.number))
        let end = try enough.firstRow { NotificationID.eventNumber(of: $0.int64(0)) } ?? last.number
        return (events.filter { $0.number <= end }, end == last.number && events.count < Self.eventBatch)
    }

    private func purge(_ events: ClosedRange<Int64>, isVeryOld: Bool) throws(QueueError) {
        let ids = NotificationID.range(ofEvents: events)
        let history = try connection.prepare(
            "DELETE FROM history WHERE id BETWEEN ?1 AND ?2 AND (?3 OR flags & \(HistoryFlags.read.rawValue))")
        try history.bind(1, ids)
        try history.bind(3, isVeryOld ? 1 : 0)
        try history.run()
        let unread = try connection.prepare("SELECT id FROM history WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT 1")
        try unread.bind(1, ids)
        if let id = try unread.firstRow({ $0.int64(0) }) { purgeWalk.leave(NotificationID.eventNumber(of: id)) }
        let delete = try connection.prepare(
            "DELETE FROM events WHERE number BETWEEN ?1 AND ?2 AND NOT \(WriteStatements.eventIsReferredTo)")
        try delete.bind(1, events)
        try delete.run()
    }
}

extension NotificationID {
    /// The ids that notifications, dead letters and history rows of these events can have.
    static func range(ofEvents numbers: ClosedRange<Int64>) -> ClosedRange<Int64> {
        numbers.lowerBound * perEvent...numbers.upperBound * perEvent + (perEvent - 1)
    }
}

extension Statement {
    /// Binds the bounds to this parameter and the next.
    func bind(_ index: Int32, _ range: ClosedRange<Int64>) throws(QueueError) {
        try bind(index, range.lowerBound)
        try bind(index + 1, range.upperBound)
    }
}
