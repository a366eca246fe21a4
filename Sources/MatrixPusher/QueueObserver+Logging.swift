internal import Logging
internal import PushQueue

extension QueueObserver {
    /// Tells the log when the queue can not be written.
    static func logging(to logger: Logger) -> QueueObserver {
        QueueObserver(failed: { error, kept, dropped in
            logger.error(
                "the queue could not be written",
                metadata: ["error": "\(error)", "kept_for_retry": "\(kept)", "dropped": "\(dropped)"])
        })
    }
}
