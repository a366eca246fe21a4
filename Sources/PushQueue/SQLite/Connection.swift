internal import CSQLite

/// A connection to an SQLite database. Not thread-safe: one thread at a time.
final class Connection {
    enum Mode {
        case readWrite
        case readOnly
        /// Read-only and without the files beside the database. Only when nobody writes to it.
        case immutable
        /// A new empty database that lives in memory.
        case memory
    }

    private static let busyTimeoutMilliseconds: Int32 = 3_000

    let path: String
    let handle: OpaquePointer
    /// Pages in the write-ahead log after the last commit, where it is watched.
    private(set) var pagesInLog = 0

    init(path: String, mode: Mode) throws(QueueError) {
        let name: String
        var vfs: String?
        var flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_URI
        switch mode {
        case .readWrite:
            name = Self.uri(for: path)
            flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            vfs = LogVFS.name
        case .readOnly:
            name = Self.uri(for: path)
            flags |= SQLITE_OPEN_READONLY
        case .immutable:
            name = Self.uri(for: path) + "?immutable=1"
            flags |= SQLITE_OPEN_READONLY
        case .memory:
            name = ":memory:"
            flags |= SQLITE_OPEN_READWRITE
        }
        var opened: OpaquePointer?
        let result = sqlite3_open_v2(name, &opened, flags, vfs)
        guard let opened, result == SQLITE_OK else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(opened)
            throw QueueError(.sqlite, path: path, message, sqliteCode: result)
        }
        self.path = path
        self.handle = opened
        setBusyTimeout(milliseconds: Self.busyTimeoutMilliseconds)
        try execute("PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = OFF")
    }

    deinit {
        // Statements still open keep the handle until they are finalized.
        sqlite3_close_v2(handle)
    }

    /// Counts the pages in the write-ahead log from here on; SQLite itself no longer brings them into the database file.
    func watchLog() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_wal_hook(
            handle,
            { context, _, _, pages in
                context.map { Unmanaged<Connection>.fromOpaque($0).takeUnretainedValue().pagesInLog = Int(pages) }
                return SQLITE_OK
            }, context)
    }

    /// Brings what is in the write-ahead log into the database file, as far as no reader needs it there.
    func checkpoint() {
        sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    }

    /// Runs statements that give no rows.
    func execute(_ sql: String) throws(QueueError) {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw lastError() }
    }

    /// Runs a statement that commits; what that brings into the log is written at once.
    func commit(_ statement: Statement) throws(QueueError) {
        let log = LogFile.log(of: handle)
        log?.pointee.beginCommit()
        defer { log?.pointee.endCommit() }
        try statement.run()
        assert(log?.pointee.isWritten ?? true, "SQLite ends a commit with something else than its last page")
    }

    func prepare(_ sql: String) throws(QueueError) -> Statement {
        try Statement(sql, on: self)
    }

    /// The first column of the first row, for queries that are run once.
    func integer(_ sql: String) throws(QueueError) -> Int64 {
        let statement = try prepare(sql)
        defer { statement.reset() }
        return try statement.step() ? statement.int64(0) : 0
    }

    /// The same as text.
    func text(_ sql: String) throws(QueueError) -> String {
        let statement = try prepare(sql)
        defer { statement.reset() }
        return try statement.step() ? statement.text(0) : ""
    }

    /// How long SQLite waits for another connection's lock before it says that the database is busy.
    func setBusyTimeout(milliseconds: Int32) {
        sqlite3_busy_timeout(handle, milliseconds)
    }

    /// Opened for writing, but the file does not allow it: SQLite then falls back to reading without a word.
    var isReadOnly: Bool { sqlite3_db_readonly(handle, "main") == 1 }

    /// Rows inserted, changed or deleted by the last statement.
    var changes: Int { Int(sqlite3_changes64(handle)) }

    /// Rows inserted, changed or deleted since the connection was opened.
    var totalChanges: Int { Int(sqlite3_total_changes64(handle)) }

    var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Ends an open transaction, if there is one: some errors make SQLite roll back on its own.
    func rollback() {
        if sqlite3_get_autocommit(handle) == 0 {
            sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
        }
    }

    /// What the last call on the connection failed with.
    func lastError() -> QueueError {
        QueueError(
            .sqlite,
            path: path,
            String(cString: sqlite3_errmsg(handle)),
            sqliteCode: sqlite3_extended_errcode(handle)
        )
    }

    /// The path as a `file:` URI, with the characters escaped that mean something in one.
    private static func uri(for path: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var escaped = Array("file:".utf8)
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"):
                escaped += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default:
                escaped.append(byte)
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }
}
