internal import Glibc
internal import Testing

@testable internal import PushQueue

@Suite struct MigrationTests {
    @Test func `The list in code is the folder Migrations`() throws {
        let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let directory = try #require(opendir("/\(folder)/Migrations"))
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".sql") { names.append(String(name.dropLast(4))) }
        }
        #expect(names.sorted() == Migration.all.map(\.name))
        for (index, migration) in Migration.all.enumerated() {
            #expect(migration.number == index + 1)
            #expect(Int(migration.name.prefix(4)) == migration.number)
        }
    }

    @Test func `Refusals before the policy's migration are counted from the log`() throws {
        let connection = try Connection(path: "", mode: .memory)
        for migration in Migration.all where migration.number < 3 { try connection.execute(migration.sql) }
        try connection.execute(
            """
            INSERT INTO notifications (id, pusher, queued_at, flags, attempts) VALUES (1, 1, 0, 0, 5), (2, 1, 0, 0, 0);
            INSERT INTO attempts (notification, seq, at, duration_ms, outcome, status) VALUES
            (1, 1, 0, 0, 'http_4xx', 400), (1, 2, 0, 0, 'http_429', 429), (1, 3, 0, 0, 'http_502', 502),
            (1, 4, 0, 0, 'timeout', NULL), (1, 5, 0, 0, 'http_3xx', 302), (1, 6, 0, 0, 'http_413', 413);
            """)
        for migration in Migration.all where migration.number == 3 { try connection.execute(migration.sql) }
        let refusals = try connection.prepare("SELECT refusals FROM notifications ORDER BY id").rows { $0.int(0) }
        #expect(refusals == [2, 0])
    }
}
