internal import Logging
internal import PushQueue
internal import Synchronization

/// Whether the database can be written: what the writer says of it, for the status and, in few lines, for the log.
///
/// Thread-safe.
final class StorageHealth: Sendable {
    struct Trouble: Sendable {
        var error: QueueError
        let since: ContinuousClock.Instant
        /// Writes that are kept in memory until they can be stored.
        var kept: Int
        /// Failures that the log was not told of.
        var unlogged = 0
        var loggedAt: ContinuousClock.Instant
    }

    /// Between two lines of the log about the same trouble.
    private static let logPause: Duration = .seconds(30)

    private let state = Mutex<Trouble?>(nil)
    private let hasTrouble = Atomic(false)
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    /// Nil while all is well.
    var trouble: Trouble? { hasTrouble.load(ordering: .acquiring) ? state.withLock { $0 } : nil }

    /// To be told by the queue.
    var observer: QueueObserver {
        QueueObserver(
            committed: { [self] _, _ in
                if hasTrouble.load(ordering: .acquiring) { recovered() }
            },
            failed: { [self] in failed($0, kept: $1, dropped: $2) })
    }

    private func failed(_ error: QueueError, kept: Int, dropped: Int) {
        if dropped > 0 {
            logger.error(
                "results of deliveries could not be stored and were given up",
                metadata: ["error": "\(error)", "dropped": "\(dropped)"])
        }
        // A write that can never succeed says nothing about the database.
        guard error.isPassing else { return }
        let now = ContinuousClock.now
        let unlogged = state.withLock { trouble -> Int? in
            let isNew = trouble?.error != error
            var next = trouble ?? Trouble(error: error, since: now, kept: kept, loggedAt: now)
            defer { trouble = next }
            next.error = error
            next.kept = kept
            guard isNew || now >= next.loggedAt + Self.logPause else {
                next.unlogged += 1
                return nil
            }
            defer { (next.unlogged, next.loggedAt) = (0, now) }
            return next.unlogged
        }
        hasTrouble.store(true, ordering: .releasing)
        guard let unlogged else { return }
        logger.error(
            "the queue can not be written",
            metadata: ["error": "\(error)", "kept_for_retry": "\(kept)", "failures_before": "\(unlogged)"])
    }

    private func recovered() {
        let trouble = state.withLock { trouble in
            defer { trouble = nil }
            return trouble
        }
        hasTrouble.store(false, ordering: .releasing)
        guard let trouble else { return }
        logger.notice(
            "the queue can be written again", metadata: ["after": "\(ContinuousClock.now - trouble.since)"])
    }
}
