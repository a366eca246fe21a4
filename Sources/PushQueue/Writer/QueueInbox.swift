internal import Glibc

/// Where callers leave writes and the writer's thread waits for them.
///
/// `@unchecked Sendable`: every member is guarded by the mutex. A condition variable because the thread has to wait
/// with a time limit.
final class QueueInbox: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var waiting: [WriteOperation] = []
    private var schedule = CommitSchedule()
    private var isClosed = false
    private var closingSnapshot: SnapshotSource?
    private var writerSleeps = false

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

    /// Leaves a write; `false` when the inbox is closed.
    func put(_ operation: WriteOperation) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !isClosed else { return false }
        waiting.append(operation)
        if operation.isCommand {
            schedule.addUrgent()
        } else {
            schedule.addQuiet(rows: operation.weight, now: Self.now())
        }
        wakeWriter(onlyToCommit: waiting.count > 1)
        return true
    }

    /// Waits until it is time to commit and takes everything. `nil` once closed and empty.
    func take() -> [WriteOperation]? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if isClosed {
                return waiting.isEmpty ? nil : takeAll()
            }
            switch schedule.next(now: Self.now()) {
            case .commit:
                return takeAll()
            case .wait(let until):
                var time = timespec(tv_sec: Int(until / 1_000_000_000), tv_nsec: Int(until % 1_000_000_000))
                writerSleeps = true
                pthread_cond_timedwait(condition, mutex, &time)
                writerSleeps = false
            case .idle:
                writerSleeps = true
                pthread_cond_wait(condition, mutex)
                writerSleeps = false
            }
        }
    }

    /// Whether somebody waits for the next commit.
    var isAwaited: Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return schedule.isUrgent
    }

    /// How the last commits went: whether the writer keeps writes to try again.
    func report(failed: Bool) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        if failed {
            schedule.failed(now: Self.now())
        } else {
            schedule.succeeded()
        }
    }

    /// Takes no more writes, and lets the writer finish, with a snapshot at the end.
    func close(leaving snapshot: SnapshotSource? = nil) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        isClosed = true
        closingSnapshot = snapshot
        pthread_cond_signal(condition)
    }

    /// What is to be stored last.
    var snapshot: SnapshotSource? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return closingSnapshot
    }

    private func takeAll() -> [WriteOperation] {
        schedule.taken()
        let taken = waiting
        waiting = []
        return taken
    }

    /// A sleeping writer has to hear of the first write (it may sleep without a limit), and of what makes it commit.
    private func wakeWriter(onlyToCommit: Bool) {
        guard writerSleeps, !onlyToCommit || schedule.next(now: Self.now()) == .commit else { return }
        pthread_cond_signal(condition)
    }

    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
