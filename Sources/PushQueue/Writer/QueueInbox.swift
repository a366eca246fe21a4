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
    private var writerSleeps = false

    /// Leaves a write; `false` when the inbox is closed.
    func put(_ operation: WriteOperation) -> Bool {
        lock.withLock {
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
                    writerSleeps = true
                    lock.wait(until: until)
                    writerSleeps = false
                case .idle:
                    writerSleeps = true
                    lock.wait()
                    writerSleeps = false
                }
            }
        }
    }

    /// Whether somebody waits for the next commit.
    var isAwaited: Bool { lock.withLock { schedule.isUrgent } }

    /// How the last commits went.
    /// - Parameters:
    ///   - failed: Whether the writer keeps writes to try again.
    ///   - commands: Writes among them that somebody waited for.
    ///   - start: When they began, in nanoseconds.
    func report(failed: Bool, commands: Int, since start: UInt64) {
        lock.withLock {
            let now = Self.now()
            if failed {
                schedule.failed(now: now)
            } else {
                schedule.succeeded(commands: commands, duration: now - start, now: now)
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

    /// A sleeping writer has to hear of the first write (it may sleep without a limit), and of what makes it commit.
    private func wakeWriter(onlyToCommit: Bool) {
        guard writerSleeps, !onlyToCommit || schedule.next(now: Self.now()) == .commit else { return }
        lock.signal()
    }

    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
