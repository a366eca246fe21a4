internal import Glibc

/// A lock whose holder can wait for another thread's signal, also with a time limit.
///
/// `@unchecked Sendable`: what the pointers lead to is made for several threads.
final class ThreadCondition: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    init() {
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func withLock<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    // MARK: For the holder of the lock

    /// Gives the lock up until there is a signal; may return without one.
    func wait() {
        pthread_cond_wait(condition, mutex)
    }

    /// The same, but no longer than until a time: nanoseconds of the monotonic clock.
    func wait(until time: UInt64) {
        var time = timespec(tv_sec: Int(time / 1_000_000_000), tv_nsec: Int(time % 1_000_000_000))
        pthread_cond_timedwait(condition, mutex, &time)
    }

    /// Ends the wait of one thread.
    func signal() {
        pthread_cond_signal(condition)
    }

    /// Ends the wait of all threads.
    func broadcast() {
        pthread_cond_broadcast(condition)
    }
}
