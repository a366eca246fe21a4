internal import CSQLite

/// A result code of SQLite. Codes with the same low byte have the same primary code.
struct ResultCode: RawRepresentable, Hashable, Sendable {
    let rawValue: Int32

    var primary: Int32 { rawValue & 0xFF }

    /// The extended code's name, for people.
    var name: String {
        guard rawValue != primary else { return "SQLITE_\(primaryName.uppercased())" }
        return Self.extendedNames[rawValue] ?? "SQLITE_\(primaryName.uppercased()), \(rawValue)"
    }

    /// The primary code's name, for metric labels.
    var primaryName: String { Self.primaryNames[primary] ?? "other" }

    /// The database as a whole cannot be written just now (disk full, I/O error, locked, damaged): the write itself is
    /// not to blame and may succeed later.
    var blamesEnvironment: Bool {
        switch primary {
        case SQLITE_FULL, SQLITE_IOERR, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_NOMEM, SQLITE_READONLY, SQLITE_CANTOPEN,
            SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_PROTOCOL, SQLITE_PERM, SQLITE_INTERRUPT, SQLITE_SCHEMA, SQLITE_NOLFS:
            true
        default:
            false
        }
    }

    private static let primaryNames: [Int32: String] = [
        SQLITE_ERROR: "error", SQLITE_INTERNAL: "internal", SQLITE_PERM: "perm", SQLITE_ABORT: "abort",
        SQLITE_BUSY: "busy", SQLITE_LOCKED: "locked", SQLITE_NOMEM: "nomem", SQLITE_READONLY: "readonly",
        SQLITE_INTERRUPT: "interrupt", SQLITE_IOERR: "ioerr", SQLITE_CORRUPT: "corrupt", SQLITE_FULL: "full",
        SQLITE_CANTOPEN: "cantopen", SQLITE_PROTOCOL: "protocol", SQLITE_SCHEMA: "schema", SQLITE_TOOBIG: "toobig",
        SQLITE_CONSTRAINT: "constraint", SQLITE_MISMATCH: "mismatch", SQLITE_MISUSE: "misuse", SQLITE_NOLFS: "nolfs",
        SQLITE_AUTH: "auth", SQLITE_RANGE: "range", SQLITE_NOTADB: "notadb",
    ]

    // The macros of the extended codes are expressions that Swift does not import.
    private static let extendedNames: [Int32: String] = [
        SQLITE_IOERR | 1 << 8: "SQLITE_IOERR_READ", SQLITE_IOERR | 2 << 8: "SQLITE_IOERR_SHORT_READ",
        SQLITE_IOERR | 3 << 8: "SQLITE_IOERR_WRITE", SQLITE_IOERR | 4 << 8: "SQLITE_IOERR_FSYNC",
        SQLITE_IOERR | 6 << 8: "SQLITE_IOERR_TRUNCATE", SQLITE_IOERR | 7 << 8: "SQLITE_IOERR_FSTAT",
        SQLITE_IOERR | 8 << 8: "SQLITE_IOERR_UNLOCK", SQLITE_IOERR | 15 << 8: "SQLITE_IOERR_LOCK",
        SQLITE_IOERR | 19 << 8: "SQLITE_IOERR_SHMSIZE", SQLITE_IOERR | 20 << 8: "SQLITE_IOERR_SHMLOCK",
        SQLITE_BUSY | 1 << 8: "SQLITE_BUSY_RECOVERY", SQLITE_BUSY | 2 << 8: "SQLITE_BUSY_SNAPSHOT",
        SQLITE_CANTOPEN | 2 << 8: "SQLITE_CANTOPEN_ISDIR", SQLITE_CORRUPT | 1 << 8: "SQLITE_CORRUPT_VTAB",
        SQLITE_READONLY | 1 << 8: "SQLITE_READONLY_RECOVERY", SQLITE_READONLY | 2 << 8: "SQLITE_READONLY_CANTLOCK",
        SQLITE_READONLY | 3 << 8: "SQLITE_READONLY_ROLLBACK", SQLITE_READONLY | 4 << 8: "SQLITE_READONLY_DBMOVED",
        SQLITE_READONLY | 6 << 8: "SQLITE_READONLY_DIRECTORY", SQLITE_CONSTRAINT | 5 << 8: "SQLITE_CONSTRAINT_NOTNULL",
        SQLITE_CONSTRAINT | 6 << 8: "SQLITE_CONSTRAINT_PRIMARYKEY",
        SQLITE_CONSTRAINT | 8 << 8: "SQLITE_CONSTRAINT_UNIQUE",
        SQLITE_CONSTRAINT | 10 << 8: "SQLITE_CONSTRAINT_ROWID",
        SQLITE_CONSTRAINT | 12 << 8: "SQLITE_CONSTRAINT_DATATYPE",
    ]
}
