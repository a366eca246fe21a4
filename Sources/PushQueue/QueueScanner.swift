/// What is read of the queue at start, each table as a whole. Not thread-safe.
package protocol QueueScanner: AnyObject {
    /// In the order of their ids, with what scheduling needs: of the fields the user, the gateway, `data` and whether they are
    /// enabled; of the health the failures.
    func scanPushers(_ body: (PusherRow) -> Void) throws(QueueError)
    /// The events with the newest so many numbers, in the order of their numbers, which is the order of arrival.
    func scanEvents(newest count: Int, _ body: (_ number: Int64, _ eventID: String) -> Void) throws(QueueError)
    /// The lowest number of an event that is still stored.
    func firstEventNumber() throws(QueueError) -> Int64?
    /// In the order of their ids, without hold-off and attempts. One whose pusher is unknown was left by a removal that raced with an append:
    /// `finish` it.
    func scanNotifications(_ body: (PendingNotification) -> Void) throws(QueueError)
    func scanCounts(_ body: (UserCounts) -> Void) throws(QueueError)
    /// What the remembered transactions queued, oldest first; of those as many as give the newest so many keys.
    func scanTransactions(newestKeys count: Int, _ body: (_ at: Int64, _ deliveryKeys: [UInt64]) -> Void)
        throws(QueueError)
    /// The parts that the last run left for this start, in order; none where anything was written since.
    func scanSnapshot(_ body: ([UInt8]) -> Void) throws(QueueError)
    func scanUnread(_ body: (HistoryEntry) -> Void) throws(QueueError)
    func scanBadges(_ body: (_ pusher: Int64, _ queuedAt: Int64) -> Void) throws(QueueError)
    func scanLanes(_ body: (LaneRecord) -> Void) throws(QueueError)
    /// The events that are of no use after a moment (Unix milliseconds), by number.
    func scanExpiries(_ body: (_ event: Int64, _ expiresAt: Int64) -> Void) throws(QueueError)
    /// The removals since a moment (Unix milliseconds) that gateways asked for by rejecting the pushkey.
    func scanRejections(since time: Int64, _ body: (_ gateway: String, _ at: Int64) -> Void) throws(QueueError)
    func scanRulesetUsers(_ body: (String) -> Void) throws(QueueError)
}
