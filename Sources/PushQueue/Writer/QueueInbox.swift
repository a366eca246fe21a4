internal import Glibc

/// Where callers leave writes and the writer's thread waits for them.
///
/// `@unchecked Sendable`: every member is guarded by the lock.
final class QueueInbox: @unchecked Sendable {
    private let lock = ThreadCondition()
    private var waiting: [WriteOperation] = []
    private var schedule = CommitSchedule()
    private var isClosed = false
    private var closingSnapshot: SnapshotSource?
    /// When the writer wakes by itself, in nanoseconds; nil while it is awake.
    private var wakesAt: UInt64?

    /// Leaves a write; `false` when the inbox is closed.
    func put(_ operation: WriteOperation) -> Bool {
        lock.withLock {
            guard !isClosed else { return false }
            waiting.append(operation)
            if operation.isCommand {
                schedule.addUrgent(rows: operation.weight)
            } else {
                schedule.addQuiet(rows: operation.weight, now: Self.now())
            }
            wakeWriter()
            return true
        }
    }

    /// Waits until it is time to commit and takes everything. `nil` once closed and empty.
    func take() -> [WriteOperation]? {
        lock.withLock {
            while true {
                if isClosed {
                    return waiting.isEmpty ? nil : takeAll()
                }
                switch schedule.next(now: Self.now()) {
                case .commit:
                    return takeAll()
                case .wait(let until):
                    wakesAt = until
                    lock.wait(until: until)
                case .idle:
                    wakesAt = .max
                    lock.wait()
                }
                wakesAt = nil
            }
        }
    }

    /// Whether somebody waits for the next commit.
    var isAwaited: Bool { lock.withLock { schedule.isUrgent } }

    /// A commit is done, and those who waited for it are about to hear of it.
    func committed(commands: Int, duration: Duration) {
        lock.withLock { schedule.committed(commands: commands, duration: duration, now: Self.now()) }
    }

    /// How the last commits went: whether the writer keeps writes to try again.
    func report(failed: Bool) {
        lock.withLock {
            if failed {
                schedule.failed(now: Self.now())
            } else {
                schedule.succeeded()
            }
        }
    }

    /// Takes no more writes, and lets the writer finish, with a snapshot at the end.
    func close(leaving snapshot: SnapshotSource? = nil) {
        lock.withLock {
            isClosed = true
            closingSnapshot = snapshot
            lock.signal()
        }
    }

    /// What is to be stored last.
    var snapshot: SnapshotSource? { lock.withLock { closingSnapshot } }

    private func takeAll() -> [WriteOperation] {
        schedule.taken()
        let taken = waiting
        waiting = []
        return taken
    }

    /// A sleeping writer has to hear of what makes it commit, or wake sooner than it is going to.
    private func wakeWriter() {
        if let wakesAt, schedule.isDue(before: wakesAt, now: Self.now()) { lock.signal() }
    }

    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
