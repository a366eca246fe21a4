internal import Glibc

/// The writing side of the database: applies writes within a transaction that its owner begins and ends.
///
/// Belongs to one thread at a time: the opening one, then the writer's.
final class QueueStore {
    struct Options: Sendable {
        var transactionHash: @Sendable (String) -> Int = TransactionIndex.seededHash
        /// Rows that the table of answered transactions may have, whatever their age.
        var transactionLimit = 262_144
        /// Free pages are given back to the file system once they are more than this and a quarter of the file.
        var freePagesKept = 16_384
        /// A limit on the size of the database, in pages.
        var maxPages: Int?
        /// Bytes that the log keeps when it is begun anew, after a reader or a large write has made it longer.
        var logSizeLimit = 67_108_864
    }

    let path: String
    let options: Options
    let connection: Connection
    let statements: WriteStatements
    private let lock: DatabaseLock
    private var files: DatabaseFiles

    // What is in memory goes back with a rollback.
    var numbers: EventNumbers
    private var numbersAtBegin: EventNumbers
    var transactions: TransactionIndex
    /// Entries put into and taken out of `transactions` since `BEGIN`, newest last.
    var transactionChanges: [TransactionChange] = []
    private var changesAtBegin = 0
    /// Ids of notifications that are done with, to be deleted before the commit.
    var finished: [Int64] = []
    /// A rollback leaves it: nobody has the numbers then, and when they are given anew it takes note again.
    var eventSizes = EventSizes()
    /// Where ``purgeEvents(_:now:)`` looks next. A rollback leaves it: it only saves looking twice.
    var purgeWalk = PurgeWalk()

    /// There may be one of the last run.
    private var mayHaveSnapshot = true

    enum TransactionChange {
        case inserted(id: String, row: Int64)
        case removed(id: String, row: Int64)
    }

    init(path: String, options: Options = Options()) throws(QueueError) {
        self.path = path
        self.options = options
        lock = try DatabaseLock(databasePath: path)
        _ = try DatabaseInspection(path: path)
        connection = try Self.openDatabase(path: path)
        _ = try connection.integer("PRAGMA journal_size_limit = \(options.logSizeLimit)")
        files = DatabaseFiles(path: path)
        if let maxPages = options.maxPages {
            _ = try connection.integer("PRAGMA max_page_count = \(maxPages)")
        }
        connection.watchLog()
        statements = try WriteStatements(connection)
        numbers = EventNumbers(bound: try connection.integer("SELECT next_event FROM numbering"))
        numbersAtBegin = numbers
        transactions = TransactionIndex(hash: options.transactionHash)
        try loadTransactions()
    }

    /// Opens for writing and migrates. The caller holds the lock and has inspected the file.
    static func openDatabase(path: String) throws(QueueError) -> Connection {
        try createFile(path)
        let connection = try Connection(path: path, mode: .readWrite)
        guard !connection.isReadOnly else {
            throw QueueError(.unwritable, path: path, "cannot be written")
        }
        // Before the first table, while it still has an effect.
        try connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else {
            throw QueueError(.unwritable, path: path, "cannot have a write-ahead log: what is its file system?")
        }
        try connection.execute(
            """
            PRAGMA synchronous = FULL;
            PRAGMA cache_size = -2048;
            PRAGMA temp_store = MEMORY;
            """
        )
        try Migrator().migrate(connection)
        return connection
    }

    /// The file holds pushkeys and messages: SQLite would make it readable by everyone.
    private static func createFile(_ path: String) throws(QueueError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw QueueError(.unwritable, path: path, "cannot be written: \(String(cString: strerror(errno)))")
        }
        Glibc.close(descriptor)
    }

    // MARK: Transactions

    func begin() throws(QueueError) {
        numbersAtBegin = numbers
        changesAtBegin = connection.totalChanges
        do throws(QueueError) {
            try files.check()
        } catch {
            // What is in the log alone would be lost with it.
            connection.checkpoint()
            throw error
        }
        try statements.begin.run()
        if mayHaveSnapshot {
            try deleteSnapshot()
            changesAtBegin = connection.totalChanges
        }
    }

    func commit() throws(QueueError) {
        try deleteFinished()
        try trimTransactions()
        try connection.commit(statements.commit)
        mayHaveSnapshot = false
        transactionChanges.removeAll(keepingCapacity: true)
    }

    func rollback() {
        connection.rollback()
        finished.removeAll()
        numbers = numbersAtBegin
        for change in transactionChanges.reversed() {
            switch change {
            case .inserted(let id, let row): transactions.remove(id, row: row)
            case .removed(let id, let row): transactions.insert(id, row: row)
            }
        }
        transactionChanges.removeAll(keepingCapacity: true)
    }

    /// Brings a log that has grown long into the database file. Not within the commit that made it long, as SQLite would:
    /// whoever waits for that commit has nothing to do with it.
    func shortenLog() {
        // What fails is tried again after the next commit.
        if connection.pagesInLog >= Self.longLog { connection.checkpoint() }
    }

    /// Pages.
    private static let longLog = 2000

    /// Writes something that changes nothing: unlike an empty transaction it fails when the database cannot be written.
    func touch() throws(QueueError) {
        try statements.setNumbering.bind(1, numbers.bound)
        try statements.setNumbering.run()
    }

    /// Rows changed since `begin`, and to be changed before the commit.
    var changedRows: Int { connection.totalChanges - changesAtBegin + finished.count }

    /// Applies one write. Returns what has to run once it is durable.
    func apply(_ operation: WriteOperation) throws(QueueError) -> CompletionThread.Completion? {
        switch operation {
        case .finish: break
        case .command(let command) where command.leavesQueued: break
        default: try deleteFinished()
        }
        switch operation {
        case .finish(let notifications): try finish(notifications)
        case .recordFailure(let failure): try recordFailure(failure)
        case .updateHealth(let pusher, let health): try updateHealth(of: pusher, to: health)
        case .bury(let deadLetters): try bury(deadLetters)
        case .setLane(let lane): try setLane(lane)
        case .deleteLane(let gateway): try deleteLane(gateway)
        case .deleteBadge(let pusher, let time): try deleteBadge(of: pusher, upTo: time)
        case .command(let command): return try command.apply(self)
        }
        return nil
    }

    /// What follows is the end: it does not wait longer than this for a lock, and needs no log.
    func prepareToClose(busyTimeoutMilliseconds: Int32) {
        files.forgetLog()
        connection.setBusyTimeout(milliseconds: busyTimeoutMilliseconds)
    }

    /// Gives back the event numbers that were reserved in advance, and brings the log into the database file.
    func close() {
        // Neither a reader at work nor a writer is worth waiting for.
        connection.setBusyTimeout(milliseconds: 100)
        do throws(QueueError) {
            try statements.setNumbering.bind(1, numbers.next)
            try statements.setNumbering.run()
            try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        } catch {
            // Everything committed is safe in the log; the next start does the rest.
            connection.rollback()
        }
    }
}
