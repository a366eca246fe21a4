import CSQLite
import Glibc
import SidecarHarness

/// The floor of storing: a bare SQLite database with an event and a notification a row, committed in groups, in WAL mode
/// and as durable as matrix-pusher's queue.
///
/// Belongs to one thread.
final class BareQueue {
    private let database: OpaquePointer
    private var statements: [OpaquePointer] = []
    private let body: UnsafeMutableBufferPointer<UInt8>
    private var nextRow: Int64 = 1
    private var firstRow: Int64 = 1

    init(path: String) throws {
        var opened: OpaquePointer?
        guard
            sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nil)
                == SQLITE_OK,
            let opened
        else { throw HarnessError("SQLite cannot open \(path)") }
        database = opened
        let bytes = try EventText.notification()
        body = .allocate(capacity: bytes.count)
        _ = body.initialize(fromContentsOf: bytes)
        try execute(
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2000;
            PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -32768;
            CREATE TABLE events (number INTEGER PRIMARY KEY, queued_at INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
            CREATE TABLE notifications (
                id INTEGER PRIMARY KEY, pusher INTEGER NOT NULL, queued_at INTEGER NOT NULL, flags INTEGER NOT NULL
            ) STRICT;
            """)
        for sql in [
            "INSERT INTO events VALUES (?, 1700000000000, ?)",
            "INSERT INTO notifications VALUES (?, ?, 1700000000000, 0)",
            "DELETE FROM events WHERE number = ?", "DELETE FROM notifications WHERE id = ?", "BEGIN IMMEDIATE",
            "COMMIT",
        ] {
            var statement: OpaquePointer?
            sqlite3_prepare_v3(database, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
            guard let statement else { throw failure() }
            statements.append(statement)
        }
    }

    deinit {
        for statement in statements { sqlite3_finalize(statement) }
        sqlite3_close_v2(database)
        body.deallocate()
    }

    /// Stores so many notifications, each with its event, and deletes each batch in the commit of the next one.
    func cycle(_ count: Int, batch: Int) throws {
        for first in stride(from: 0, to: count, by: batch) {
            try commit(insert: min(batch, count - first), delete: Int(nextRow - firstRow))
        }
        try commit(insert: 0, delete: Int(nextRow - firstRow))
    }

    /// Stores so many notifications, each with its event.
    func append(_ count: Int, batch: Int) throws {
        for first in stride(from: 0, to: count, by: batch) { try commit(insert: min(batch, count - first), delete: 0) }
    }

    /// Stores a single row, and no other one with it.
    func appendEvent() throws {
        sqlite3_bind_int64(statements[0], 1, nextRow)
        sqlite3_bind_blob(statements[0], 2, body.baseAddress, Int32(body.count), nil)
        try step(statements[0])
        nextRow += 1
    }

    private func commit(insert: Int, delete: Int) throws {
        try step(statements[4])
        for _ in 0..<insert {
            sqlite3_bind_int64(statements[0], 1, nextRow)
            // nil: the bytes stay where they are.
            sqlite3_bind_blob(statements[0], 2, body.baseAddress, Int32(body.count), nil)
            try step(statements[0])
            sqlite3_bind_int64(statements[1], 1, nextRow * 4096)
            sqlite3_bind_int64(statements[1], 2, nextRow % 2048)
            try step(statements[1])
            nextRow += 1
        }
        for _ in 0..<delete {
            sqlite3_bind_int64(statements[3], 1, firstRow * 4096)
            try step(statements[3])
            sqlite3_bind_int64(statements[2], 1, firstRow)
            try step(statements[2])
            firstRow += 1
        }
        try step(statements[5])
    }

    private func step(_ statement: OpaquePointer) throws {
        let code = sqlite3_step(statement)
        sqlite3_reset(statement)
        guard code == SQLITE_DONE else { throw failure() }
    }

    private func execute(_ sql: String) throws {
        guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else { throw failure() }
    }

    private func failure() -> HarnessError { HarnessError("SQLite: \(String(cString: sqlite3_errmsg(database)))") }
}
