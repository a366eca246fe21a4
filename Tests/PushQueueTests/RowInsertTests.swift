internal import Testing

@testable internal import PushQueue

@Suite struct RowInsertTests {
    private let connection: Connection

    init() throws {
        connection = try Connection(path: "", mode: .memory)
        try connection.execute(
            "CREATE TABLE things (id INTEGER PRIMARY KEY, at INTEGER, number INTEGER, name TEXT, data BLOB) STRICT")
    }

    private struct Thing: Equatable {
        var id: Int64
        var at: Int64?
        var number: Int64?
        var name: String?
        var data: [UInt8]?
    }

    private func things() throws -> [Thing] {
        try connection.prepare("SELECT id, at, number, name, data FROM things ORDER BY id").rows {
            Thing(
                id: $0.int64(0), at: $0.optionalInt64(1), number: $0.optionalInt64(2), name: $0.optionalText(3),
                data: $0.optionalBlob(4))
        }
    }

    private func insert(_ things: [Thing], with insert: RowInsert, at: Int64? = nil) throws {
        // As the texts of events do, these stay until the last row is added.
        let names = things.map { thing in
            let name = Array((thing.name ?? "").utf8)
            let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: name.count)
            _ = copy.initialize(fromContentsOf: name)
            return copy
        }
        defer { for name in names { name.deallocate() } }
        try insert.begin(things.count, shared: at ?? 0)
        for (thing, name) in zip(things, names) {
            try insert.bind(0, thing.id)
            try insert.bind(1, thing.number)
            try insert.lend(2, text: thing.name == nil ? nil : UnsafeBufferPointer(name))
            try insert.bind(3, thing.data)
            try insert.add()
        }
    }

    /// Each third has no number, each fourth no name, each fifth no data.
    private func make(_ count: Int, from first: Int64 = 0, at: Int64? = nil, bytes: Int = 3) -> [Thing] {
        (0..<Int64(count)).map { index in
            Thing(
                id: first + index, at: at, number: index % 3 == 0 ? nil : index * 7,
                name: index % 4 == 0 ? nil : index % 4 == 1 ? "" : "n\(index)",
                data: index % 5 == 0
                    ? nil : Array(repeating: UInt8(truncatingIfNeeded: index), count: Int(index) % 2 * bytes))
        }
    }

    @Test(arguments: [0, 1, 2, 4, 5, 15, 16, 17, 20, 21, 100])
    func `All rows are there, each with its own values`(count: Int) throws {
        let insert = try RowInsert(into: "things", ["id", "number", "name", "data"], on: connection)
        try self.insert(make(count), with: insert)
        #expect(try things() == make(count))
    }

    @Test func `A shared value is that of the last begin`() throws {
        let insert = try RowInsert(into: "things", shared: "at", ["id", "number", "name", "data"], on: connection)
        try self.insert(make(21), with: insert, at: 5)
        try self.insert(make(18, from: 50), with: insert, at: 6)
        #expect(try things() == make(21, at: 5) + make(18, from: 50, at: 6))
    }

    @Test func `Bytes for which there is no room are copied as well`() throws {
        let insert = try RowInsert(into: "things", ["id", "number", "name", "data"], on: connection)
        try self.insert(make(40, bytes: 1500), with: insert)
        #expect(try things() == make(40, bytes: 1500))
    }

    @Test func `Rows that could not be stored leave nothing behind`() throws {
        let insert = try RowInsert(into: "things", ["id", "number", "name", "data"], on: connection)
        let twice = make(16) + make(1)
        #expect(throws: QueueError.self) { try self.insert(twice, with: insert) }
        let empty = (20..<52).map { Thing(id: $0) }
        try self.insert(Array(empty[..<16]), with: insert)
        #expect(try things() == make(16) + empty[..<16])
    }

    @Test(arguments: [0, 1]) func `Rows that were given up leave nothing behind`(added: Int) throws {
        let insert = try RowInsert(into: "things", ["id", "number", "name", "data"], on: connection)
        try insert.begin(16)
        for _ in 0..<added { try insert.add() }
        try insert.bind(0, Int64(900))
        try insert.bind(1, Int64(900))
        let empty = (20..<36).map { Thing(id: $0) }
        try self.insert(empty, with: insert)
        #expect(try things() == empty)
    }
}
