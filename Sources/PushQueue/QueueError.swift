/// An error of the queue. Neither pushkeys nor event content are ever part of it.
package struct QueueError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong; new codes may come.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }

        /// SQLite refused; see `sqliteCode`.
        package static let sqlite = Code(rawValue: "sqlite")
        /// There is no file.
        package static let missing = Code(rawValue: "missing")
        /// The file is no SQLite database, or a damaged one.
        package static let corrupt = Code(rawValue: "corrupt")
        /// A database of another program.
        package static let foreign = Code(rawValue: "foreign")
        /// Written by a newer matrix-pusher.
        package static let newerSchema = Code(rawValue: "newer_schema")
        /// Read-only use of a database that has to be migrated first.
        package static let olderSchema = Code(rawValue: "older_schema")
        /// Another process has it.
        package static let inUse = Code(rawValue: "in_use")
        /// The file or its folder cannot be written.
        package static let unwritable = Code(rawValue: "unwritable")
        /// The queue is closed.
        package static let closed = Code(rawValue: "closed")
        package static let notFound = Code(rawValue: "not_found")
        package static let conflict = Code(rawValue: "conflict")
    }

    package let code: Code
    /// The database file.
    package let path: String
    package let message: String
    /// SQLite's extended result code, where SQLite said it.
    package let sqliteCode: Int32?

    package init(_ code: Code, path: String, _ message: String, sqliteCode: Int32? = nil) {
        self.code = code
        self.path = path
        self.message = message
        self.sqliteCode = sqliteCode
    }

    /// One of a small fixed set of short texts, for metric labels.
    package var label: String {
        sqliteCode.map { ResultCode(rawValue: $0).primaryName } ?? code.rawValue
    }

    package var description: String {
        guard let sqliteCode else { return "\(path): \(message)" }
        return "\(path): \(message) (\(ResultCode(rawValue: sqliteCode).name))"
    }
}
