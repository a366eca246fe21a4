internal import CSQLite

/// Commits writes in groups, and decides what becomes of those whose commit fails.
///
/// Belongs to the writer's thread. Commands (writes somebody waits for) fail when they cannot be stored; the others are
/// kept, in order, until they can. While the database cannot be written it is tried once a second at most: commands in
/// between fail at once.
final class CommitLoop {
    /// A transaction takes no further write once it has changed so many rows.
    static let rowsPerCommit = 1024
    /// For so long after a failure nothing is tried, nanoseconds.
    static let pause: UInt64 = 1_000_000_000
    /// How long the last try waits for a lock, when the queue is closed.
    private static let closingBusyTimeout: Int32 = 1_000

    private let store: QueueStore
    private let observer: QueueObserver
    /// Monotonic nanoseconds.
    private let clock: () -> UInt64
    /// Runs the completions while there is more to commit; nil: they run here.
    private let completionThread: CompletionThread?
    /// Where the writes come from.
    private var inbox: QueueInbox?
    /// Not yet dealt with, in the order of the calls.
    private var kept = KeptWrites()
    /// The database could not be written, and has not been since.
    private var failure: (error: QueueError, at: UInt64)?

    init(
        store: QueueStore, observer: QueueObserver, clock: @escaping () -> UInt64 = QueueInbox.now,
        completionThread: CompletionThread? = nil
    ) {
        self.store = store
        self.observer = observer
        self.clock = clock
        self.completionThread = completionThread
    }

    /// Waits for writes and commits them until the inbox is closed; then closes the database.
    /// Returns how many writes could not be stored.
    func run(_ inbox: QueueInbox) -> Int {
        self.inbox = inbox
        defer { self.inbox = nil }
        while let operations = inbox.take() {
            commit(operations)
            inbox.report(failed: failure != nil)
        }
        store.prepareToClose(busyTimeoutMilliseconds: Self.closingBusyTimeout)
        if keptCount > 0 {
            failure?.at = 0
            commit([])
        }
        completionThread?.drain()
        if keptCount == 0, let snapshot = inbox.snapshot { store.writeSnapshot(snapshot) }
        store.close()
        completionThread?.end()
        return keptCount
    }

    /// Writes that wait for the next try.
    var keptCount: Int { kept.operations.count }

    /// Commits what is kept and these writes. What remains is to be tried again later.
    func commit(_ operations: [WriteOperation]) {
        if let failure, clock() < failure.at + Self.pause {
            // What was kept before has no commands: however much that is, a command now does not look at it.
            for command in kept.keep(operations) { command.fail(failure.error) }
            return
        }
        kept.append(operations)
        // Also without a write, while the last one failed: only a try tells whether the database can be written again.
        while !kept.operations.isEmpty || failure != nil {
            do throws(QueueError) {
                try commitGroup(of: kept.operations, rows: Self.rowsPerCommit)
                failure = nil
            } catch {
                if !error.blamesEnvironment, !kept.operations.isEmpty {
                    commitOneByOne()
                } else if !retreat(error) {
                    return
                }
            }
        }
    }

    /// Commits operations from the front of `kept` in one transaction, takes them out and runs their completions.
    private func commitGroup(of operations: ArraySlice<WriteOperation>, rows limit: Int) throws(QueueError) {
        var completions: [CompletionThread.Completion] = []
        var done = 0
        let start = ContinuousClock.now
        do throws(QueueError) {
            try store.begin()
            if failure != nil { try store.touch() }
            for operation in operations {
                if let completion = try store.apply(operation) { completions.append(completion) }
                done += 1
                if store.changedRows >= limit { break }
            }
            try store.commit()
        } catch {
            store.rollback()
            throw error
        }
        let duration = ContinuousClock.now - start
        observer.committed(store.changedRows, duration)
        // Before anyone can be back.
        inbox?.committed(commands: completions.count, duration: duration)
        kept.removeFirst(done)
        finish(completions)
        store.shortenLog()
    }

    /// Runs completions: here, where that holds nobody up; else beside the next commit, after those of the last ones.
    private func finish(_ completions: [CompletionThread.Completion]) {
        guard !completions.isEmpty else { return }
        if let completionThread, !kept.operations.isEmpty || inbox?.isAwaited ?? false || !completionThread.isIdle {
            completionThread.run(completions)
        } else {
            for completion in completions { completion() }
        }
    }

    /// One write of a group is at fault: only that one must fail. Stops early when the database as a whole fails.
    private func commitOneByOne() {
        for _ in 0..<min(keptCount, Self.rowsPerCommit) {
            let operation = kept.operations.prefix(1)
            do throws(QueueError) {
                try commitGroup(of: operation, rows: 1)
            } catch {
                guard !error.blamesEnvironment else { return }
                kept.removeFirst(1)
                completionThread?.drain()
                if case .command(let command) = operation.first {
                    command.fail(error)
                } else {
                    observer.failed(error, 0, 1)
                }
            }
        }
    }

    /// The database cannot be written: fails what somebody waits for and keeps the rest.
    /// Returns whether the rest is worth a try at once, because it asks for less than what has failed.
    private func retreat(_ error: QueueError) -> Bool {
        failure = (error, clock())
        // What has finished and was left for a later commit asks for no room, and makes some.
        if error.isFull, let finished = inbox?.takeFinished() { kept.append(finished) }
        let count = keptCount
        let commands = kept.takeCommands()
        let dropped = kept.thinOut()
        completionThread?.drain()
        // First: whoever is refused may look at once at how the database is.
        observer.failed(error, keptCount, dropped)
        for command in commands { command.fail(error) }
        return error.isFull && keptCount > 0 && keptCount < count
    }
}

extension QueueError {
    /// The database cannot be written now; the write itself is not to blame.
    package var isPassing: Bool { blamesEnvironment }

    /// There is no room for what was to be written.
    fileprivate var isFull: Bool { sqliteCode.map { $0 & 0xFF == SQLITE_FULL } ?? false }

    /// See `ResultCode.blamesEnvironment`.
    var blamesEnvironment: Bool {
        sqliteCode.map { ResultCode(rawValue: $0).blamesEnvironment } ?? false
    }
}
