extension QueueStore {
    /// Rows of each kind that one call deletes at most.
    static let purgeBatch = 1000

    func purge(_ retention: QueueRetention, now: Int64) throws(QueueError) -> PurgeReport {
        var report = PurgeReport()
        let letters = try connection.prepare("SELECT id FROM dead_letters WHERE dead_at < ?1 ORDER BY dead_at LIMIT ?2")
        try letters.bind(1, now - retention.deadLetters.milliseconds)
        try letters.bind(2, Self.purgeBatch)
        report.deadLetters = try deleteDeadLetters(try letters.rows { $0.int64(0) })

        let tombstones = try connection.prepare(
            """
            DELETE FROM removed_pushers WHERE removed_at < ?1
            AND seq IN (SELECT seq FROM removed_pushers ORDER BY seq LIMIT ?2)
            """
        )
        try tombstones.bind(1, now - retention.removedPushers.milliseconds)
        try tombstones.bind(2, Self.purgeBatch)
        try tombstones.run()
        report.removedPushers = connection.changes

        let transactionsBefore = now - retention.transactions.milliseconds
        while report.transactions < Self.purgeBatch, try forgetOldestTransaction(before: transactionsBefore) {
            report.transactions += 1
        }
        report.history = try purgeEvents(retention, now: now)
        report.more =
            purgeWalk.isUnderway
            || [report.deadLetters, report.removedPushers, report.transactions].contains(Self.purgeBatch)
        try shrink()
        return report
    }

    /// Gives a slice of the free pages back when there are very many.
    private func shrink() throws(QueueError) {
        let free = try connection.integer("PRAGMA freelist_count")
        guard free > Int64(options.freePagesKept), free > (try connection.integer("PRAGMA page_count")) / 4 else {
            return
        }
        try connection.execute("PRAGMA incremental_vacuum(1000)")
    }
}

extension Duration {
    /// Whole milliseconds, for subtracting from Unix times; huge durations are cut to 10,000 years.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return min(max(seconds, 0), 315_576_000_000) * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
