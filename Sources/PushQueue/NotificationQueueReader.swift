/// Reads of the queue. Not thread-safe: one reader per thread, or one thread at a time.
package protocol NotificationQueueReader: AnyObject {
    func scanPushers(_ body: (PusherRow) -> Void) throws(QueueError)
    /// In the order of their numbers, which is the order of arrival.
    func scanEvents(_ body: (QueuedEvent) -> Void) throws(QueueError)
    /// In the order of their ids. One whose pusher is unknown was left by a removal that raced with an append:
    /// `finish` it.
    func scanNotifications(_ body: (PendingNotification) -> Void) throws(QueueError)
    func scanCounts(_ body: (UserCounts) -> Void) throws(QueueError)
    /// What the remembered transactions queued, oldest first.
    func scanTransactions(_ body: (_ at: Int64, _ deliveryKeys: [UInt64]) -> Void) throws(QueueError)
    func scanLanes(_ body: (LaneRecord) -> Void) throws(QueueError)
    func scanRulesetUsers(_ body: (String) -> Void) throws(QueueError)

    func ruleset(of userID: String) throws(QueueError) -> [UInt8]?
    func pusher(_ id: Int64) throws(QueueError) -> PusherRow?
    func pushers(of userID: String) throws(QueueError) -> [PusherRow]
    func pushers(appID: String, pushkey: String) throws(QueueError) -> [PusherRow]

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
    func removedPusher(sequence: Int64) throws(QueueError) -> RemovedPusher?
    func removedPushers(since sequence: Int64, limit: Int) throws(QueueError) -> [RemovedPusher]

    /// Counts rows: cheap for thousands, a second or so for millions.
    func totals() throws(QueueError) -> QueueTotals
    func databaseSize() -> DatabaseSize
    func schemaVersion() throws(QueueError) -> Int
}
