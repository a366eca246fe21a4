import CSQLite
import SidecarHarness

/// The database of a sidecar that is not running, looked at and filled by SQLite alone.
///
/// Belongs to one thread.
final class QueueFile {
    private let database: OpaquePointer

    init(path: String) throws {
        var opened: OpaquePointer?
        guard sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil) == SQLITE_OK, let opened
        else { throw HarnessError("SQLite cannot open \(path)") }
        database = opened
    }

    deinit {
        sqlite3_close_v2(database)
    }

    /// Reads each notification; what is read is thrown away.
    /// - Returns: How many there are.
    func scanNotifications() throws -> Int {
        let statement = try prepare("SELECT * FROM notifications")
        defer { sqlite3_finalize(statement) }
        let columns = sqlite3_column_count(statement)
        var count = 0
        var sum: Int64 = 0
        while sqlite3_step(statement) == SQLITE_ROW {
            for column in 0..<columns { sum &+= sqlite3_column_int64(statement, column) }
            count += 1
        }
        // The sum is used, so that no compiler leaves the reading out.
        return sum == .min ? 0 : count
    }

    /// Copies the only pusher until there are so many, each with a user and a pushkey of its own.
    func multiplyPushers(to count: Int) throws {
        let columns = try names(ofColumnsIn: "pushers").filter { $0 != "id" }
        let values = columns.map { $0 == "user_id" || $0 == "pushkey" ? "\($0) || number" : $0 }
        try execute(
            """
            PRAGMA synchronous = OFF;
            WITH RECURSIVE numbers (number) AS (
                SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < \(count - 1)
            )
            INSERT INTO pushers (\(columns.joined(separator: ", ")))
            SELECT \(values.joined(separator: ", ")) FROM numbers, (SELECT * FROM pushers LIMIT 1);
            PRAGMA wal_checkpoint(TRUNCATE);
            """)
    }

    private func names(ofColumnsIn table: String) throws -> [String] {
        let statement = try prepare("SELECT name FROM pragma_table_info('\(table)')")
        defer { sqlite3_finalize(statement) }
        var names: [String] = []
        while sqlite3_step(statement) == SQLITE_ROW { names.append(String(cString: sqlite3_column_text(statement, 0))) }
        return names
    }

    private func prepare(_ sql: String) throws -> OpaquePointer {
        var statement: OpaquePointer?
        sqlite3_prepare_v2(database, sql, -1, &statement, nil)
        guard let statement else { throw failure() }
        return statement
    }

    private func execute(_ sql: String) throws {
        guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else { throw failure() }
    }

    private func failure() -> HarnessError { HarnessError("SQLite: \(String(cString: sqlite3_errmsg(database)))") }
}
