internal import Testing

@testable internal import PushQueue

@Suite struct QueueErrorTests {
    @Test func `An error names the path and SQLite's code`() {
        let error = QueueError(.sqlite, path: "/x/q.db", "disk I/O error", sqliteCode: 10 | 4 << 8)
        #expect(error.description == "/x/q.db: disk I/O error (SQLITE_IOERR_FSYNC)")
        #expect(error.label == "ioerr")
        #expect(QueueError(.sqlite, path: "p", "m", sqliteCode: 13).description == "p: m (SQLITE_FULL)")
        #expect(
            QueueError(.sqlite, path: "p", "m", sqliteCode: 10 | 99 << 8).description == "p: m (SQLITE_IOERR, 25354)")
        #expect(QueueError(.inUse, path: "p", "m").label == "in_use")
    }

    @Test func `Huge retentions do not overflow`() {
        #expect(Duration.milliseconds(1_500).milliseconds == 1_500)
        #expect(Duration.seconds(Int64.max).milliseconds > 0)
    }
}
