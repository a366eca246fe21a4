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

    func bind(_ index: Int32, _ value: Int64) throws(QueueError) {
        try check(sqlite3_bind_int64(handle, index, value))
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
        try check(value.withUTF8 { bindText(index, $0, lifetime: Self.copied) })
    }

    func bind(_ index: Int32, _ value: String?) throws(QueueError) {
        if let value { try bind(index, value) } else { try bindNull(index) }
    }

    /// Binds a copy of the bytes.
    func bind(_ index: Int32, _ value: [UInt8]) throws(QueueError) {
        try check(value.withUnsafeBytes { bindBlob(index, $0, lifetime: Self.copied) })
    }

    func bind(_ index: Int32, _ value: [UInt8]?) throws(QueueError) {
        if let value { try bind(index, value) } else { try bindNull(index) }
    }

    func bindNull(_ index: Int32) throws(QueueError) {
        try check(sqlite3_bind_null(handle, index))
    }

    // MARK: Parameters lent

    // Bound only while `body` runs, without the copy that SQLite would make and free again for each row.

    func lend(_ index: Int32, _ value: String, _ body: () throws(QueueError) -> Void) throws(QueueError) {
        var value = value
        try value.withUTF8 { bytes in
            Result { () throws(QueueError) in
                try check(bindText(index, bytes, lifetime: Self.borrowed))
                defer { sqlite3_bind_null(handle, index) }
                try body()
            }
        }.get()
    }

    func lend(_ index: Int32, _ value: [UInt8]?, _ body: () throws(QueueError) -> Void) throws(QueueError) {
        guard let value else {
            try bindNull(index)
            return try body()
        }
        try value.withUnsafeBufferPointer { bytes throws(QueueError) in
            try lend(index, UnsafeRawBufferPointer(bytes), body)
        }
    }

    func lend(
        _ index: Int32, _ bytes: UnsafeRawBufferPointer, _ body: () throws(QueueError) -> Void
    ) throws(QueueError) {
        try check(bindBlob(index, bytes, lifetime: Self.borrowed))
        defer { sqlite3_bind_null(handle, index) }
        try body()
    }

    /// Calls `body`, which may bind what is only lent to it; nothing is bound afterwards.
    func lending(_ body: () throws(QueueError) -> Void) throws(QueueError) {
        defer { sqlite3_clear_bindings(handle) }
        try body()
    }

    /// Binds a text until the end of ``lending(_:)``.
    func lend(_ index: Int32, text: UnsafeBufferPointer<UInt8>?) throws(QueueError) {
        guard let text else { return try bindNull(index) }
        try check(bindText(index, text, lifetime: Self.borrowed))
    }

    /// Binds bytes until the end of ``lending(_:)``.
    func lend(_ index: Int32, blob: UnsafeBufferPointer<UInt8>?) throws(QueueError) {
        guard let blob else { return try bindNull(index) }
        try check(bindBlob(index, UnsafeRawBufferPointer(blob), lifetime: Self.borrowed))
    }

    // MARK: Binding

    private func bindText(
        _ index: Int32, _ bytes: UnsafeBufferPointer<UInt8>, lifetime: sqlite3_destructor_type?
    ) -> Int32 {
        let start = UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
        return sqlite3_bind_text64(handle, index, start, UInt64(bytes.count), lifetime, UInt8(SQLITE_UTF8))
    }

    private func bindBlob(
        _ index: Int32, _ bytes: UnsafeRawBufferPointer, lifetime: sqlite3_destructor_type?
    ) -> Int32 {
        // A null pointer would bind NULL.
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return sqlite3_bind_zeroblob(handle, index, 0) }
        return sqlite3_bind_blob64(handle, index, base, UInt64(bytes.count), lifetime)
    }

    private func check(_ result: Int32) throws(QueueError) {
        guard result == SQLITE_OK else { throw connection.lastError() }
    }

    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    private static let borrowed: sqlite3_destructor_type? = nil

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
