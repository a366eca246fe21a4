/// Commits writes in groups, and decides what becomes of those whose commit fails.
///
/// Belongs to the writer's thread. Commands (writes somebody waits for) fail when they cannot be stored; the others are
/// kept, in order, until they can.
final class CommitLoop {
    /// A transaction takes no further write once it has changed so many rows.
    static let rowsPerCommit = 1024

    private let store: QueueStore
    private let observer: QueueObserver
    /// Not yet dealt with, in the order of the calls.
    private var kept: ArraySlice<WriteOperation> = []

    init(store: QueueStore, observer: QueueObserver) {
        self.store = store
        self.observer = observer
    }

    /// Waits for writes and commits them until the inbox is closed; then closes the database.
    /// Returns how many writes could not be stored.
    func run(_ inbox: QueueInbox) -> Int {
        while let operations = inbox.take() {
            commit(operations)
            inbox.report(failed: keptCount > 0)
        }
        if keptCount > 0 { commit([]) }
        store.close()
        return keptCount
    }

    /// Writes that wait for the next try.
    var keptCount: Int { kept.count }

    /// Commits what is kept and these writes. What remains is to be tried again later.
    func commit(_ operations: [WriteOperation]) {
        kept = kept.isEmpty ? operations[...] : kept + operations
        while !kept.isEmpty {
            do throws(QueueError) {
                try commitGroup(of: kept, rows: Self.rowsPerCommit)
            } catch {
                if !error.blamesEnvironment {
                    commitOneByOne()
                } else if !retreat(error) {
                    return
                }
            }
        }
    }

    /// Commits operations from the front of `kept` in one transaction, takes them out and runs their completions.
    private func commitGroup(of operations: ArraySlice<WriteOperation>, rows limit: Int) throws(QueueError) {
        var completions: [() -> Void] = []
        var done = 0
        let start = ContinuousClock.now
        do throws(QueueError) {
            try store.begin()
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
        observer.committed(store.changedRows, ContinuousClock.now - start)
        kept = kept.dropFirst(done)
        for completion in completions { completion() }
    }

    /// One write of a group is at fault: only that one must fail. Stops early when the database as a whole fails.
    private func commitOneByOne() {
        for _ in 0..<min(kept.count, Self.rowsPerCommit) {
            let operation = kept.prefix(1)
            do throws(QueueError) {
                try commitGroup(of: operation, rows: 1)
            } catch {
                guard !error.blamesEnvironment else { return }
                kept = kept.dropFirst()
                if case .command(let command) = operation.first {
                    command.fail(error)
                } else {
                    observer.failed(error, 0, 1)
                }
            }
        }
    }

    /// The database cannot be written: fails what somebody waits for and keeps the rest.
    /// Returns whether the rest is worth a try at once, because it may ask for less than what has failed.
    private func retreat(_ error: QueueError) -> Bool {
        let all = kept
        kept = ArraySlice(all.filter { !$0.isCommand })
        observer.failed(error, kept.count, 0)
        for case .command(let command) in all { command.fail(error) }
        return kept.count < all.count
    }
}

extension QueueError {
    /// See `ResultCode.blamesEnvironment`.
    var blamesEnvironment: Bool {
        sqliteCode.map { ResultCode(rawValue: $0).blamesEnvironment } ?? false
    }
}
