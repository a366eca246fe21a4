internal import CSQLite
internal import Glibc

/// A read-only connection to a queue's database.
///
/// Not thread-safe: one thread at a time.
package final class QueueReader: NotificationQueueReader {
    let connection: Connection
    let statements: ReadStatements

    init(connection: Connection) throws(QueueError) {
        self.connection = connection
        try connection.execute("PRAGMA query_only = ON; PRAGMA cache_size = -2048")
        statements = try ReadStatements(connection)
    }

    /// Opens the database of a queue that runs in another process, or nowhere.
    ///
    /// Errors: `.missing`, `.olderSchema` when it has to be migrated first, and those of `DatabaseInspection`.
    package static func open(path: String) throws(QueueError) -> sending QueueReader {
        let inspection = try DatabaseInspection(path: path)
        guard inspection.exists else {
            throw QueueError(.missing, path: path, "there is no database")
        }
        guard inspection.pendingMigrations.isEmpty else {
            throw QueueError(
                .olderSchema, path: path,
                "has schema \(inspection.schemaVersion) and has to be migrated to \(Migration.latest) first")
        }
        return try QueueReader(connection: try DatabaseInspection.openForReading(path))
    }

    /// Looks at every page of the database: minutes for a big one. Returns what is wrong, nothing if all is well.
    package func verify() throws(QueueError) -> [String] {
        let statement = try connection.prepare("PRAGMA quick_check(20)")
        var findings: [String] = []
        do throws(QueueError) {
            try statement.forEachRow { findings.append($0.text(0)) }
        } catch  where error.sqliteCode.map({ $0 & 0xFF == SQLITE_CORRUPT }) == true {
            // So damaged that the check itself gives up.
            findings.append(error.message)
        }
        return findings.filter { $0 != "ok" }
    }

    // MARK: Totals

    package func totals() throws(QueueError) -> QueueTotals {
        QueueTotals(
            pending: Int(try connection.integer("SELECT count(*) FROM notifications")),
            dead: Int(try connection.integer("SELECT count(*) FROM dead_letters")),
            pushers: Int(try connection.integer("SELECT count(*) FROM pushers")))
    }

    package func databaseSize() -> DatabaseSize {
        DatabaseSize(main: Self.size(of: connection.path), log: Self.size(of: connection.path + "-wal"))
    }

    package func schemaVersion() throws(QueueError) -> Int {
        Int(try connection.integer("PRAGMA user_version"))
    }

    private static func size(of path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }
}
