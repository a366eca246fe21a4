internal import CSQLite
internal import Testing

@testable internal import PushQueue

/// SQLite on the log that gathers frames: others see each commit, and nothing but commits.
@Suite struct LogVFSTests {
    private let folder = TestFolder()

    /// A connection that gathers, so short of memory that it writes pages before the commit.
    private func open(pageSize: Int = 4096, synchronous: String = "OFF") throws -> Connection {
        let connection = try Connection(path: folder.database, mode: .readWrite)
        try connection.execute("PRAGMA page_size = \(pageSize)")
        #expect(try connection.text("PRAGMA journal_mode = WAL") == "wal")
        try connection.execute(
            """
            PRAGMA synchronous = \(synchronous); PRAGMA cache_size = 5; PRAGMA wal_autocheckpoint = 0;
            CREATE TABLE things (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
            """)
        return connection
    }

    private func things(_ connection: Connection) throws -> [Int64: Int] {
        let rows = try connection.prepare("SELECT id, length(data) FROM things").rows {
            ($0.int64(0), Int($0.int64(1)))
        }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    /// What a crash of the machine's programs would leave now, as SQLite's own VFS reads it.
    private func thingsAfterCrash() throws -> [Int64: Int] {
        let copy = TestFolder()
        for name in ["queue.db", "queue.db-wal"] { copy.write(folder.read(name), to: name) }
        let connection = try Connection(path: copy.database, mode: .readOnly)
        #expect(try connection.text("PRAGMA quick_check") == "ok")
        return try things(connection)
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `Others see what was committed, at once and nothing else`(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let pageSize = [512, 4096, 65_536][Int(seed % 3)]
        let writer = try open(pageSize: pageSize, synchronous: seed.isMultiple(of: 2) ? "OFF" : "FULL")
        #expect(LogFile.log(of: writer.handle) != nil)
        let reader = try Connection(path: folder.database, mode: .readOnly)
        let other = try #require(openStandard())
        defer { sqlite3_close(other) }
        let commit = try writer.prepare("COMMIT")
        var committed: [Int64: Int] = [:]
        for _ in 0..<60 {
            var current = committed
            try writer.execute("BEGIN IMMEDIATE")
            for _ in 0..<Int.random(in: 0...30, using: &random) {
                let id = Int64.random(in: 0..<80, using: &random)
                switch Int.random(in: 0..<12, using: &random) {
                case 0:
                    try writer.execute("DELETE FROM things WHERE id = \(id)")
                    current[id] = nil
                case 1:
                    #expect(try things(writer) == current)
                case 2:
                    #expect(try things(reader) == committed)
                default:
                    let size = Int.random(in: 1..<9000, using: &random)
                    try writer.execute("REPLACE INTO things VALUES (\(id), randomblob(\(size)))")
                    current[id] = size
                }
            }
            if Int.random(in: 0..<8, using: &random) == 0 {
                #expect(try thingsAfterCrash() == committed)
            }
            if Int.random(in: 0..<5, using: &random) == 0 {
                try writer.execute("ROLLBACK")
                // Nothing of what was undone may come to where another writer goes on.
                let id = Int64.random(in: 0..<80, using: &random)
                #expect(
                    sqlite3_exec(other, "REPLACE INTO things VALUES (\(id), randomblob(77))", nil, nil, nil)
                        == SQLITE_OK)
                committed[id] = 77
                #expect(try things(writer) == committed)
            } else {
                try writer.commit(commit)
                committed = current
            }
            #expect(try things(reader) == committed)
            if Int.random(in: 0..<8, using: &random) == 0 {
                #expect(try thingsAfterCrash() == committed)
            }
            if Int.random(in: 0..<6, using: &random) == 0 { writer.checkpoint() }
        }
        #expect(try writer.text("PRAGMA integrity_check") == "ok")
        #expect(!committed.isEmpty)
    }

    /// A connection that writes as SQLite does.
    private func openStandard(parameters: String = "", vfs: String? = nil) -> OpaquePointer? {
        var connection: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI
        guard sqlite3_open_v2("file:\(folder.database)\(parameters)", &connection, flags, vfs) == SQLITE_OK else {
            return nil
        }
        return connection
    }

    @Test func `Only a log that is ours gathers, and no sector is filled up behind its commits`() throws {
        let writer = try open()
        #expect(LogFile.log(of: writer.handle) != nil)
        for (parameters, vfs, gathers) in [("", LogVFS.name, true), ("?psow=0", LogVFS.name, false), ("", nil, false)] {
            let connection = try #require(openStandard(parameters: parameters, vfs: vfs))
            defer { sqlite3_close(connection) }
            #expect(sqlite3_exec(connection, "SELECT * FROM things", nil, nil, nil) == SQLITE_OK)
            #expect((LogFile.log(of: connection) != nil) == gathers)
        }
        #expect(LogFile.log(of: try Connection(path: "", mode: .memory).handle) == nil)
    }

    @Test func `The queue's commits are gathered, and nothing that it writes besides`() throws {
        let store = try QueueStore(path: folder.database)
        let log = try #require(LogFile.log(of: store.connection.handle))
        try store.connection.execute("CREATE TABLE things (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT")
        #expect(log.pointee.gathered == nil)
        try store.begin()
        try store.connection.execute("INSERT INTO things VALUES (1, randomblob(9000))")
        try store.commit()
        #expect(log.pointee.gathered != nil)
        #expect(try thingsAfterCrash() == [1: 9000])
    }

    @Test func `Who uses SQLite beside us has its default`() throws {
        let name = try #require(LogVFS.name)
        _ = try open()
        let standard = try #require(sqlite3_vfs_find(nil))
        #expect(String(cString: standard.pointee.zName) != name)
        let ours = try #require(sqlite3_vfs_find(name))
        #expect(ours.pointee.pAppData == UnsafeMutableRawPointer(standard))
    }
}
