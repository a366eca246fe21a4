internal import CSQLite

/// A prepared statement, kept for as long as its connection is used. Parameters count from 1, columns from 0.
final class Statement {
    private let handle: OpaquePointer
    private let connection: Connection

    init(_ sql: String, on connection: Connection) throws(QueueError) {
        var prepared: OpaquePointer?
        let result = sqlite3_prepare_v3(connection.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard result == SQLITE_OK, let prepared else { throw connection.lastError() }
        self.handle = prepared
        self.connection = connection
    }

    deinit {
        sqlite3_finalize(handle)
    }

    // MARK: Running

    /// Goes to the next row; `false` after the last one.
    func step() throws(QueueError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw connection.lastError()
        }
    }

    /// Makes the statement ready to run again. Bound values stay.
    func reset() {
        sqlite3_reset(handle)
    }

    /// Runs a statement that gives no rows.
    func run() throws(QueueError) {
        defer { reset() }
        while try step() {}
    }

    /// Calls `body` on each row.
    func forEachRow(_ body: (Statement) -> Void) throws(QueueError) {
        defer { reset() }
        while try step() { body(self) }
    }

    /// The first row, if there is one.
    func firstRow<Value>(_ body: (Statement) -> Value) throws(QueueError) -> Value? {
        defer { reset() }
        return try step() ? body(self) : nil
    }

    /// All rows.
    func rows<Value>(_ body: (Statement) -> Value) throws(QueueError) -> [Value] {
        var values: [Value] = []
        try forEachRow { values.append(body($0)) }
        return values
    }

    // MARK: Parameters

    var parameters: Parameters { Parameters(handle, connection) }

    func bind(_ index: Int32, _ value: Int64) throws(QueueError) {
        try parameters.bind(index, value)
    }

    func bind(_ index: Int32, _ value: Int64?) throws(QueueError) {
        if let value { try bind(index, value) } else { try bindNull(index) }
    }

    func bind(_ index: Int32, _ value: Int) throws(QueueError) {
        try bind(index, Int64(value))
    }

    func bind(_ index: Int32, _ value: Int?) throws(QueueError) {
        if let value { try bind(index, Int64(value)) } else { try bindNull(index) }
    }

    func bind(_ index: Int32, _ value: String) throws(QueueError) {
        var value = value
        let result = value.withUTF8 { bytes in
            Result { () throws(QueueError) in try parameters.bind(index, text: bytes) }
        }
        try result.get()
    }

    func bind(_ index: Int32, _ value: String?) throws(QueueError) {
        if let value { try bind(index, value) } else { try bindNull(index) }
    }

    /// Binds a copy of the bytes.
    func bind(_ index: Int32, _ value: [UInt8]) throws(QueueError) {
        try parameters.bind(index, blob: value)
    }

    func bind(_ index: Int32, _ value: [UInt8]?) throws(QueueError) {
        if let value { try bind(index, value) } else { try bindNull(index) }
    }

    func bindNull(_ index: Int32) throws(QueueError) {
        try parameters.bindNull(index)
    }

    /// Binds bytes while `body` runs, without the copy that SQLite would make.
    func lend(
        _ index: Int32, _ bytes: UnsafeRawBufferPointer, _ body: () throws(QueueError) -> Void
    ) throws(QueueError) {
        try parameters.lend(index, blob: bytes)
        defer { sqlite3_bind_null(handle, index) }
        try body()
    }

    // MARK: Columns

    func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func int(_ column: Int32) -> Int { Int(int64(column)) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func optionalInt64(_ column: Int32) -> Int64? { isNull(column) ? nil : int64(column) }

    func optionalInt(_ column: Int32) -> Int? { isNull(column) ? nil : int(column) }

    func text(_ column: Int32) -> String {
        guard let start = sqlite3_column_text(handle, column) else { return "" }
        let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
        return String(decoding: bytes, as: UTF8.self)
    }

    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    func blob(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    func optionalBlob(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : blob(column) }
}
