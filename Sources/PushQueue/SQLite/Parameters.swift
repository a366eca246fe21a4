internal import CSQLite

/// The parameters of a prepared statement, without a hold on it: valid while the statement lives.
struct Parameters {
    private let handle: OpaquePointer
    private unowned(unsafe) let connection: Connection

    init(_ handle: OpaquePointer, _ connection: Connection) {
        self.handle = handle
        self.connection = connection
    }

    func bind(_ index: Int32, _ value: Int64) throws(QueueError) {
        try check(sqlite3_bind_int64(handle, index, value))
    }

    func bindNull(_ index: Int32) throws(QueueError) {
        try check(sqlite3_bind_null(handle, index))
    }

    /// Binds a copy.
    func bind(_ index: Int32, text: UnsafeBufferPointer<UInt8>) throws(QueueError) {
        try check(bindText(index, text, lifetime: Self.copied))
    }

    /// Binds a copy.
    func bind(_ index: Int32, blob: [UInt8]) throws(QueueError) {
        try check(blob.withUnsafeBytes { bindBlob(index, $0, lifetime: Self.copied) })
    }

    // Without a copy, which SQLite would make and free again for each row: what is lent stays where it is until something else
    // is bound.

    func lend(_ index: Int32, text: UnsafeBufferPointer<UInt8>) throws(QueueError) {
        try check(bindText(index, text, lifetime: Self.borrowed))
    }

    func lend(_ index: Int32, blob: UnsafeRawBufferPointer) throws(QueueError) {
        try check(bindBlob(index, blob, lifetime: Self.borrowed))
    }

    /// Makes all parameters NULL.
    func clear() {
        sqlite3_clear_bindings(handle)
    }

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
}
