internal import PushQueue

/// The database's schema migrations, for the `migrate` command.
public struct DatabaseMigrations: Sendable {
    public struct Migration: Sendable {
        public var number: Int
        /// The file's name without its ending, `0001_queue`.
        public var name: String
        public var sql: String
        public var isApplied: Bool
    }

    /// All known migrations and whether each is applied to the database; a missing file has none.
    /// - Throws: ``PusherError`` with code `unusable` for a file that is no database of this program, or a newer one.
    public static func list(databasePath: String) throws(PusherError) -> [Migration] {
        do throws(QueueError) {
            let version = try DatabaseInspection(path: databasePath).schemaVersion
            return PushQueue.Migration.all.map { Migration($0, isApplied: $0.number <= version) }
        } catch {
            throw PusherError.opening(error)
        }
    }

    /// Applies what is missing.
    /// - Returns: what was applied.
    /// - Throws: ``PusherError`` with code `unusable`, also when a running pusher has the database open.
    public static func apply(databasePath: String) throws(PusherError) -> [Migration] {
        do throws(QueueError) {
            return try SQLiteQueue.migrate(path: databasePath).map { Migration($0, isApplied: true) }
        } catch {
            throw PusherError.opening(error)
        }
    }
}

extension DatabaseMigrations.Migration {
    init(_ migration: PushQueue.Migration, isApplied: Bool) {
        self.init(number: migration.number, name: migration.name, sql: migration.sql, isApplied: isApplied)
    }
}
