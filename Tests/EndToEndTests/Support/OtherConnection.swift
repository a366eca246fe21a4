import CSQLite
import SidecarHarness

/// A connection to the sidecar's database from another process, as a backup or an administrator has.
final class OtherConnection {
    private let handle: OpaquePointer

    init(_ path: String) throws {
        var opened: OpaquePointer?
        guard sqlite3_open(path, &opened) == SQLITE_OK, let opened else { throw HarnessError("cannot open \(path)") }
        handle = opened
        sqlite3_busy_timeout(handle, 5000)
    }

    deinit {
        sqlite3_close_v2(handle)
    }

    func execute(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw error(sql) }
    }

    /// The first column of all rows, as text.
    func column(_ sql: String) throws -> [String] {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else { throw error(sql) }
        defer { sqlite3_finalize(statement) }
        var rows: [String] = []
        while sqlite3_step(statement) == SQLITE_ROW {
            rows.append(sqlite3_column_text(statement, 0).map { String(cString: $0) } ?? "")
        }
        return rows
    }

    /// What `.backup` of the `sqlite3` tool does: a copy in steps, begun anew when the database changes in between.
    func backup(to path: String, pages: Int32) throws {
        let copy = try OtherConnection(path)
        guard let backup = sqlite3_backup_init(copy.handle, "main", handle, "main") else { throw copy.error("backup") }
        var result = SQLITE_OK
        while result == SQLITE_OK || result == SQLITE_BUSY || result == SQLITE_LOCKED {
            result = sqlite3_backup_step(backup, pages)
        }
        sqlite3_backup_finish(backup)
        guard result == SQLITE_DONE else { throw copy.error("backup") }
    }

    private func error(_ what: String) -> HarnessError {
        HarnessError("\(what): \(String(cString: sqlite3_errmsg(handle)))")
    }
}
