internal import CSQLite
internal import Glibc

/// A look at a database file that leaves it byte for byte as it is: whether it is one of ours, and of which schema.
package struct DatabaseInspection: Sendable, Equatable {
    /// 0 for a file that is missing or empty, or a database without tables.
    package let schemaVersion: Int
    /// There is a file.
    package let exists: Bool

    /// What has still to be applied.
    package var pendingMigrations: [Migration] { Migration.all.filter { $0.number > schemaVersion } }

    /// Throws `.corrupt`, `.foreign`, `.newerSchema` or what kept the file from being read.
    package init(path: String) throws(QueueError) {
        try self.init(path: path, migrator: Migrator())
    }

    init(path: String, migrator: Migrator) throws(QueueError) {
        guard let header = try DatabaseHeader(path: path) else {
            exists = false
            schemaVersion = 0
            return
        }
        exists = true
        guard !header.isEmpty else {
            schemaVersion = 0
            return
        }
        guard header.isSQLite else {
            throw QueueError(.corrupt, path: path, "is not an SQLite database")
        }
        do throws(QueueError) {
            schemaVersion = try Self.version(of: try Self.openForReading(path), migrator: migrator)
        } catch {
            throw Self.explained(error)
        }
    }

    /// A read-only connection, also where the files of the write-ahead log cannot be made.
    static func openForReading(_ path: String) throws(QueueError) -> Connection {
        do throws(QueueError) {
            let connection = try Connection(path: path, mode: .readOnly)
            _ = try connection.integer("PRAGMA schema_version")
            return connection
        } catch {
            guard let code = error.sqliteCode, code & 0xFF == SQLITE_CANTOPEN || code & 0xFF == SQLITE_READONLY,
                access(path, R_OK) == 0, access(path + "-wal", F_OK) != 0, access(path + "-journal", F_OK) != 0
            else { throw error }
            // Nobody writes (there is no log), but this process may not create the log's index either.
            return try Connection(path: path, mode: .immutable)
        }
    }

    private static func version(of connection: Connection, migrator: Migrator) throws(QueueError) -> Int {
        let applicationID = try connection.integer("PRAGMA application_id")
        let version = Int(try connection.integer("PRAGMA user_version"))
        let known = migrator.migrations.last?.number ?? 0
        let tables = try Migrator.tables(of: connection)
        guard applicationID == Migrator.applicationID else {
            guard applicationID == 0, version == 0, tables.isEmpty else {
                throw QueueError(.foreign, path: connection.path, "is not a matrix-pusher database")
            }
            return 0
        }
        guard version <= known else {
            throw QueueError(
                .newerSchema, path: connection.path,
                "was written by a newer matrix-pusher (schema \(version); this one knows up to \(known))")
        }
        guard version > 0, tables.isSuperset(of: try migrator.tables(version: version)) else {
            throw QueueError(
                .corrupt, path: connection.path, "does not have the tables of schema \(version)")
        }
        return version
    }

    private static func explained(_ error: QueueError) -> QueueError {
        guard let code = error.sqliteCode else { return error }
        switch code & 0xFF {
        case SQLITE_NOTADB, SQLITE_CORRUPT, SQLITE_ERROR:
            // SQLITE_ERROR here: the schema itself cannot be read.
            return QueueError(.corrupt, path: error.path, "is damaged: \(error.message)", sqliteCode: code)
        case SQLITE_READONLY where code >> 8 == 3:
            // Undoing it would change the file, and whose file it is cannot be seen before that.
            return QueueError(
                .corrupt, path: error.path, "was left in the middle of a transaction: open it once with sqlite3",
                sqliteCode: code)
        default:
            return error
        }
    }
}
