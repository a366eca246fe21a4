internal import CSQLite
internal import Testing

@testable internal import PushQueue

/// The calls as SQLite makes them, on a file that records what reaches it.
@Suite struct LogFileTests {
    private static let page = [UInt8](repeating: 0xAB, count: 4096)

    /// A frame's head: the page's number, and the size of the database where the frame ends a commit.
    private func head(_ number: UInt8, ofCommit size: UInt8 = 0) -> [UInt8] {
        [0, 0, 0, number, 0, 0, 0, size] + [UInt8](repeating: number, count: 16)
    }

    private func place(_ frame: Int) -> Int64 { 32 + Int64(frame) * 4120 }

    private func write(_ frame: Int, ofCommit size: UInt8 = 0, to log: RecordedLog) -> [Int32] {
        [log.write(head(UInt8(frame), ofCommit: size), at: place(frame)), log.write(Self.page, at: place(frame) + 24)]
    }

    @Test func `A commit is one write, when its last page is there`() {
        let log = RecordedLog()
        var expected: [UInt8] = []
        for frame in 0..<5 {
            #expect(log.writes.isEmpty)
            #expect(write(frame, ofCommit: frame == 4 ? 9 : 0, to: log) == [SQLITE_OK, SQLITE_OK])
            expected += head(UInt8(frame), ofCommit: frame == 4 ? 9 : 0) + Self.page
        }
        #expect(log.writes == [RecordedLog.Write(offset: 32, bytes: expected)])
    }

    @Test func `A commit of one page is not kept for a moment`() {
        let log = RecordedLog()
        _ = log.write(head(1, ofCommit: 3), at: place(0))
        #expect(log.writes.count == 1)
        _ = log.write(Self.page, at: place(0) + 24)
        #expect(log.writes.map(\.offset) == [32, 56])
    }

    @Test func `The log's own head goes through`() {
        let log = RecordedLog()
        _ = log.write([UInt8](repeating: 7, count: 32), at: 0)
        #expect(log.writes == [RecordedLog.Write(offset: 0, bytes: [UInt8](repeating: 7, count: 32))])
    }

    @Test(arguments: RecordedLog.Call.others)
    func `What was gathered is written before anything else is done with the file`(call: RecordedLog.Call) {
        let log = RecordedLog()
        _ = write(0, to: log)
        #expect(log.writes.isEmpty)
        #expect(log.run(call) == SQLITE_OK)
        #expect(log.writes == [RecordedLog.Write(offset: 32, bytes: head(0) + Self.page)])
        #expect(log.calls == [.write, call])
    }

    @Test func `What does not follow is written where it belongs, in the order of the calls`() {
        let log = RecordedLog()
        _ = write(0, to: log)
        _ = write(1, to: log)
        // A page that the transaction changes once more, in its place.
        _ = log.write(Self.page, at: place(0) + 24)
        // Heads whose checksums are written anew.
        _ = log.write(head(0), at: place(0))
        _ = log.write(head(1, ofCommit: 4), at: place(1))
        #expect(
            log.writes.map { [$0.offset, Int64($0.bytes.count)] } == [
                [place(0), 8240], [place(0) + 24, 4096], [place(0), 24], [place(1), 24],
            ])
    }

    @Test(arguments: [1, 14, 15, 16, 17, 40])
    func `A long commit is written in several pieces, and whole`(frames: Int) {
        let log = RecordedLog()
        var expected: [UInt8] = []
        for frame in 0..<frames {
            _ = write(frame, ofCommit: frame == frames - 1 ? 9 : 0, to: log)
            expected += head(UInt8(frame), ofCommit: frame == frames - 1 ? 9 : 0) + Self.page
        }
        #expect(log.content == [UInt8](repeating: 0, count: 32) + expected)
        #expect(log.writes.count <= frames / 15 * 2 + 2)
        #expect(log.writes.allSatisfy { $0.bytes.count <= 65_536 })
    }

    @Test func `A write that fails is told, and nothing of it comes later`() {
        let log = RecordedLog()
        _ = write(0, to: log)
        log.failure = SQLITE_FULL
        #expect(write(1, ofCommit: 2, to: log) == [SQLITE_OK, SQLITE_FULL])
        log.failure = SQLITE_OK
        #expect(log.run(.sync) == SQLITE_OK)
        #expect(log.writes.isEmpty)
        #expect(write(0, ofCommit: 2, to: log) == [SQLITE_OK, SQLITE_OK])
        #expect(log.content.count == 32 + 4120)
    }

    @Test(arguments: RecordedLog.Call.others)
    func `Nothing is done with a file whose gathered frames can not be written`(call: RecordedLog.Call) {
        let log = RecordedLog()
        _ = write(0, to: log)
        log.failure = SQLITE_IOERR
        #expect(log.run(call) == SQLITE_IOERR)
        #expect(log.calls.isEmpty)
    }

    @Test func `A write elsewhere fails with the gathered frames`() {
        let log = RecordedLog()
        _ = write(0, to: log)
        log.failure = SQLITE_FULL
        #expect(log.write(Self.page, at: place(7)) == SQLITE_FULL)
        log.failure = SQLITE_OK
        #expect(log.write(Self.page, at: place(8)) == SQLITE_OK)
        #expect(log.writes.map(\.offset) == [place(8)])
    }

    @Test func `Outside of a commit nothing is gathered`() {
        let log = RecordedLog()
        log.log.pointee.endCommit()
        _ = write(0, to: log)
        #expect(log.writes.map(\.offset) == [place(0), place(0) + 24])
    }

    @Test(arguments: RecordedLog.Call.others + [.close])
    func `What is left of a commit that failed is written nowhere`(call: RecordedLog.Call) {
        let log = RecordedLog()
        _ = write(0, to: log)
        log.log.pointee.endCommit()
        #expect(log.run(call) == SQLITE_OK)
        #expect(log.writes.isEmpty)
        #expect(log.calls == [call])
    }

    @Test func `Each commit is one write`() {
        let log = RecordedLog()
        for frame in 0..<6 {
            log.log.pointee.beginCommit()
            _ = write(frame, ofCommit: frame.isMultiple(of: 2) ? 0 : 9, to: log)
            if !frame.isMultiple(of: 2) { log.log.pointee.endCommit() }
        }
        #expect(log.writes.map(\.offset) == [place(0), place(2), place(4)])
        #expect(log.writes.allSatisfy { $0.bytes.count == 8240 })
    }

    @Test func `The file below lies where any type may`() {
        #expect(LogFile.headSize.isMultiple(of: 16))
        #expect(LogFile.headSize >= MemoryLayout<LogFile>.size)
    }

    @Test func `A file that can not be opened has no methods`() {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 4096, alignment: 16)
        defer { memory.deallocate() }
        let file = memory.bindMemory(to: sqlite3_file.self, capacity: 1)
        #expect(LogFile.open(at: file) { _ in SQLITE_CANTOPEN } == SQLITE_CANTOPEN)
        #expect(file.pointee.pMethods == nil)
    }
}
