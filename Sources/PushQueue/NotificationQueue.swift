/// The durable queue as the layers above see it.
///
/// Writes never wait on the disk: they are handed to the queue's own thread, which commits them in groups and in the
/// order of the calls; only ``finish(_:)`` may come after an append that was called later, by 20 ms at most. A completion
/// runs once its write is durable, or with the error if nothing of the write was stored: one at a time, in the order of the
/// writes, on a thread of the queue's. Writes without a completion are not lost while the process lives: when a commit
/// fails they are kept and tried again (of failed attempts, the newest 65,536).
package protocol NotificationQueue: AnyObject, Sendable {
    /// Stores a transaction. Whether its id was seen is decided in commit order: of two appends with one id,
    /// however close, one stores and both get the same answer.
    func append(
        _ transaction: NewTransaction, completion: @escaping @Sendable (Result<AppendReceipt, QueueError>) -> Void)

    /// Takes accepted or cancelled notifications out; unknown ids are ignored.
    func finish(_ notifications: [FinishedNotification])

    /// Logs a failed attempt; nothing is logged for a notification that is no longer there.
    func recordFailure(_ failure: FailedAttempt)

    func updateHealth(of pusher: Int64, to health: PusherHealth)

    /// Remembers that a gateway is held back.
    func setLane(_ lane: LaneRecord)

    /// Forgets that a gateway was held back.
    func deleteLane(_ gateway: String)

    /// The counts-only push of a pusher is done; one that is wanted since later than `time` (Unix milliseconds) stays.
    func deleteBadge(of pusher: Int64, upTo time: Int64)

    /// Turns notifications into dead letters. One whose pusher is gone is only taken out.
    func bury(_ deadLetters: [DeadLetter])

    /// Adds a pusher, or sets the one with the same user, app id and pushkey anew: that keeps its id and its queue and
    /// starts without failures. Unless `append`, pushers of other users with the same app id and pushkey are removed.
    /// `at` is Unix milliseconds.
    func setPusher(
        _ fields: PusherFields,
        append: Bool,
        at: Int64,
        completion: @escaping @Sendable (Result<PusherSet, QueueError>) -> Void
    )

    /// Removes pushers, leaving a tombstone each, and these notifications of theirs. Succeeds with the tombstones;
    /// unknown ids are ignored. What a gateway rejected has been forgotten by then: that is kept and tried again like a
    /// write without a completion. `at` is Unix milliseconds.
    func removePushers(
        _ pushers: [Int64],
        notifications: [Int64],
        reason: RemovedPusher.Reason,
        at: Int64,
        completion: @escaping @Sendable (Result<[RemovedPusher], QueueError>) -> Void
    )

    /// Makes a removed pusher a pusher again, under a new id, and without failures.
    /// Fails with `.notFound`, or with `.conflict` when its user was deleted, it was restored, or its app id and pushkey
    /// were set again since, by whomever. `at` is Unix milliseconds.
    func restorePusher(
        sequence: Int64,
        at: Int64,
        completion: @escaping @Sendable (Result<PusherRow, QueueError>) -> Void
    )

    func setRuleset(
        of userID: String,
        to content: [UInt8],
        completion: @escaping @Sendable (Result<Void, QueueError>) -> Void
    )

    func deleteRuleset(of userID: String, completion: @escaping @Sendable (Result<Void, QueueError>) -> Void)

    /// Deletes all that is stored of a user, and these notifications of theirs. Only a tombstone of each pusher stays,
    /// which names it and says nothing else. Succeeds with those tombstones. `at` is Unix milliseconds.
    func deleteUser(
        _ userID: String,
        notifications: [Int64],
        at: Int64,
        completion: @escaping @Sendable (Result<[RemovedPusher], QueueError>) -> Void
    )

    /// Queues dead letters again, under their ids, with no attempts, queued now (`at`, Unix milliseconds), and with these
    /// flags besides their own. Their attempt logs end here. Succeeds with those that could be: their pusher is still there, or the same user, app id
    /// and pushkey is set, and it is enabled.
    func reviveDeadLetters(
        _ ids: [Int64],
        at: Int64,
        flags: Int32,
        completion: @escaping @Sendable (Result<[PendingNotification], QueueError>) -> Void
    )

    /// Deletes dead letters. Succeeds with how many there were.
    func deleteDeadLetters(_ ids: [Int64], completion: @escaping @Sendable (Result<Int, QueueError>) -> Void)

    /// Deletes a bounded batch of what is older than the retention at `now` (Unix milliseconds).
    func purge(
        _ retention: QueueRetention,
        now: Int64,
        completion: @escaping @Sendable (Result<PurgeReport, QueueError>) -> Void
    )

    /// Completes once everything that was called before is durable, or with the error that keeps it from being.
    func flush(completion: @escaping @Sendable (Result<Void, QueueError>) -> Void)

    /// A connection for reading, to be used by one thread at a time.
    func makeReader() throws(QueueError) -> sending any NotificationQueueReader

    /// Commits what is waiting and closes. Blocks until that is done; not to be called from a completion.
    /// Returns how many writes without a completion could not be stored. Later writes fail with `.closed`.
    @discardableResult
    func close() -> Int
}
