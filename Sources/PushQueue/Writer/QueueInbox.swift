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
    /// Monotonic nanoseconds.
    private let clock: @Sendable () -> UInt64

    init(clock: @escaping @Sendable () -> UInt64 = QueueInbox.now) {
        self.clock = clock
    }

    /// Leaves a write; `false` when the inbox is closed.
    func put(_ operation: WriteOperation) -> Bool {
        lock.withLock {
            guard !isClosed else { return false }
            waiting.append(operation)
            if operation.isCommand {
                schedule.addUrgent(rows: operation.weight)
            } else {
                schedule.addQuiet(rows: operation.weight, now: clock())
            }
            wakeWriter()
            return true
        }
    }

    /// Waits until it is time to commit and takes what is to be stored then. `nil` once closed and empty.
    func take() -> [WriteOperation]? {
        lock.withLock {
            while true {
                if isClosed {
                    return waiting.isEmpty ? nil : takeAll()
                }
                let now = clock()
                switch schedule.next(now: now) {
                case .commit:
                    return schedule.mayLeaveQuiet(now: now) ? takeCommands() : takeAll()
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
        lock.withLock { schedule.committed(commands: commands, duration: duration, now: clock()) }
    }

    /// How the last commits went: whether the writer keeps writes to try again.
    func report(failed: Bool) {
        lock.withLock {
            if failed {
                schedule.failed(now: clock())
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

    /// Takes the commands, and leaves what has finished for a later commit; takes everything where the order matters.
    private func takeCommands() -> [WriteOperation] {
        guard waiting.allSatisfy(\.mayChangePlaces) else { return takeAll() }
        let (commands, finished) = parted()
        schedule.taken(leavingQuiet: !finished.isEmpty)
        waiting = finished
        return commands
    }

    /// Takes what was left of what has finished; nothing where the order matters.
    func takeFinished() -> [WriteOperation] {
        lock.withLock {
            guard waiting.allSatisfy(\.mayChangePlaces) else { return [] }
            let (commands, finished) = parted()
            schedule.takenQuiet()
            waiting = commands
            return finished
        }
    }

    private func parted() -> (commands: [WriteOperation], finished: [WriteOperation]) {
        var commands: [WriteOperation] = []
        var finished: [WriteOperation] = []
        for operation in waiting {
            if operation.isCommand { commands.append(operation) } else { finished.append(operation) }
        }
        return (commands, finished)
    }

    /// A sleeping writer has to hear of what makes it commit, or wake sooner than it is going to.
    private func wakeWriter() {
        if let wakesAt, schedule.isDue(before: wakesAt, now: clock()) { lock.signal() }
    }

    @Sendable static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
