internal import Synchronization

/// Keeps the queue within its limit: whoever adds to it reserves room first, so that many at once do not overshoot.
///
/// Thread-safe.
final class QueueRoom: Sendable {
    private let dispatcher: Dispatcher
    /// Notifications on their way to the disk, which memory does not hold yet.
    private let reserved = Mutex(0)

    init(dispatcher: Dispatcher) {
        self.dispatcher = dispatcher
    }

    /// Takes room for notifications, to be released when memory holds them or they could not be stored.
    /// - Throws: ``PusherError`` `limitExceeded`; nothing is reserved then.
    func reserve(_ count: Int) throws(PusherError) {
        guard count > 0 else { return }
        let limit = dispatcher.configuration.queue.maxPending
        let pending = reserved.withLock { reserved -> Int? in
            let pending = dispatcher.state.withLock { $0.scheduler.items.count } + reserved
            guard pending + count > limit else {
                reserved += count
                return nil
            }
            return pending
        }
        guard let pending else { return }
        throw PusherError(
            .limitExceeded, "the queue holds \(pending) notifications, its limit is \(limit)", retryAfter: .seconds(30))
    }

    func release(_ count: Int) {
        if count > 0 { reserved.withLock { $0 -= count } }
    }
}
