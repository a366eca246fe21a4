/// Brings a database's schema up to date, each migration in a transaction of its own.
struct Migrator {
    /// In the header of every database of ours: "MXPU".
    static let applicationID: Int64 = 0x4D58_5055

    private static let firstWithSnapshot = 5

    var migrations = Migration.all

    /// Sets what can only be set while the database is empty, then applies what is missing. Returns what was applied.
    @discardableResult
    func migrate(_ connection: Connection) throws(QueueError) -> [Migration] {
        let version = try connection.integer("PRAGMA user_version")
        var applied: [Migration] = []
        for migration in migrations where migration.number > version {
            do throws(QueueError) {
                try connection.execute("BEGIN IMMEDIATE")
                try connection.execute(migration.sql)
                // It was made of what may be otherwise now.
                if migration.number > Self.firstWithSnapshot { try connection.execute("DELETE FROM snapshot") }
                try connection.execute("PRAGMA application_id = \(Self.applicationID)")
                try connection.execute("PRAGMA user_version = \(migration.number)")
                try connection.execute("COMMIT")
            } catch {
                connection.rollback()
                throw error
            }
            applied.append(migration)
        }
        return applied
    }

    /// The tables of a schema version with their columns, as "table(column,column)".
    func tables(version: Int) throws(QueueError) -> Set<String> {
        let connection = try Connection(path: "", mode: .memory)
        for migration in migrations where migration.number <= version {
            try connection.execute(migration.sql)
        }
        return try Self.tables(of: connection)
    }

    static func tables(of connection: Connection) throws(QueueError) -> Set<String> {
        let statement = try connection.prepare(
            """
            SELECT t.name || '(' || (SELECT group_concat(name) FROM pragma_table_info(t.name)) || ')'
            FROM sqlite_schema AS t WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
            """
        )
        return Set(try statement.rows { $0.text(0) })
    }
}
