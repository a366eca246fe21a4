/// Reads of the queue. Not thread-safe: one reader per thread, or one thread at a time.
package protocol NotificationQueueReader: QueueScanner {
    func badges(limit: Int) throws(QueueError) -> [(pusher: PusherRow, queuedAt: Int64)]
    /// A user's history, newest first, from before an id; only entries with all of these flags.
    func history(
        of userID: String, before id: Int64, with flags: HistoryFlags, limit: Int
    ) throws(QueueError) -> [HistoryEntry]
    /// The entries of an event, of all users or of one.
    func history(ofEvent number: Int64, userID: String?) throws(QueueError) -> [HistoryEntry]
    /// Who was notified of an event, by history row.
    func historyReaders(ofEvent number: Int64) throws(QueueError) -> [(id: Int64, userID: String)]
    /// The notifications of an event that are still queued.
    func notifications(ofEvent number: Int64) throws(QueueError) -> [PendingNotification]

    func ruleset(of userID: String) throws(QueueError) -> [UInt8]?
    func pusher(_ id: Int64) throws(QueueError) -> PusherRow?
    func pushers(of userID: String) throws(QueueError) -> [PusherRow]
    func pushers(appID: String, pushkey: String) throws(QueueError) -> [PusherRow]
    /// Up to `limit` in the order of ids, beginning after an id; pass the last id to go on.
    func pushers(matching query: PusherQuery, after id: Int64, limit: Int) throws(QueueError) -> [PusherRow]

    func payload(of notification: Int64) throws(QueueError) -> NotificationPayload?
    /// The payloads of these notifications in the order of the ids, as of one moment; those no longer there are left
    /// out. Ascending ids are read fastest.
    func payloads(of notifications: [Int64], _ body: (NotificationPayload) -> Void) throws(QueueError)

    func notification(_ id: Int64) throws(QueueError) -> NotificationSummary?
    /// Up to `limit` in the order of ids, beginning after an id; pass the last id to go on.
    func notifications(
        matching filter: NotificationFilter, after id: Int64, limit: Int
    ) throws(QueueError) -> [NotificationSummary]
    /// The logged attempts of a notification or dead letter, oldest first.
    func attempts(of notification: Int64) throws(QueueError) -> [AttemptRecord]

    func deadLetter(_ id: Int64) throws(QueueError) -> DeadLetterSummary?
    func deadLetters(
        matching filter: NotificationFilter, after id: Int64, limit: Int
    ) throws(QueueError) -> [DeadLetterSummary]
    /// The ids of those among the next `limit` dead letters that match, in the order of ids, beginning after an id. `last` is
    /// the one to go on after; nil where there are no more.
    func deadLetterIDs(
        matching filter: NotificationFilter, after id: Int64, lookingAt limit: Int
    ) throws(QueueError) -> (ids: [Int64], last: Int64?)
    func removedPusher(sequence: Int64) throws(QueueError) -> RemovedPusher?
    func removedPushers(since sequence: Int64, limit: Int) throws(QueueError) -> [RemovedPusher]

    /// Counts rows: cheap for thousands, a second or so for millions.
    func totals() throws(QueueError) -> QueueTotals
    func databaseSize() -> DatabaseSize
    func schemaVersion() throws(QueueError) -> Int
}
