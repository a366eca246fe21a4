internal import Synchronization

/// Wakes those who wait for pushers to be removed.
///
/// Thread-safe. It tells that there is something new, not what: that is read from the queue. Who waits costs a
/// suspended task and a timer until something happens.
final class RemovalFeed: Sendable {
    private struct State {
        /// Counts announcements, so that none is missed between a look and the wait.
        var generation: UInt64 = 0
        var isEnded = false
        var nextWaiter: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    /// To be read before looking, and handed to ``wait(after:timeout:)`` when there was nothing to see.
    var generation: UInt64 { state.withLock { $0.generation } }
    var isEnded: Bool { state.withLock { $0.isEnded } }
    var waiterCount: Int { state.withLock { $0.waiters.count } }

    /// Pushers were removed, durably.
    func announce() {
        release { $0.generation += 1 }
    }

    /// Nobody waits from now on.
    func end() {
        release { $0.isEnded = true }
    }

    /// Returns at the next announcement after `generation`, after `timeout`, at the end or when the task is cancelled.
    func wait(after generation: UInt64, timeout: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.park(after: generation) }
            group.addTask { try? await Task.sleep(for: timeout) }
            await group.next()
            group.cancelAll()
        }
    }

    private func park(after generation: UInt64) async {
        let waiter = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isParked = state.withLock { state in
                    guard !state.isEnded, state.generation == generation, !Task.isCancelled else { return false }
                    state.waiters[waiter] = continuation
                    return true
                }
                if !isParked { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: waiter) }?.resume()
        }
    }

    private func release(_ change: (inout State) -> Void) {
        let waiters = state.withLock { state in
            change(&state)
            defer { state.waiters.removeAll() }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }
}
