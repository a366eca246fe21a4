/// Inserts rows into a table, several with one statement: to begin and to end a statement and to find the place in the table
/// takes as long as to store a row.
///
/// For each row its values are bound, then it is added. What is lent to a row has to stay where it is until the last one is
/// added. Columns count from 0; where nothing is bound, there is NULL.
final class RowInsert {
    /// Rows a statement, the most first.
    private static let sizes = [16, 4, 1]
    /// Bytes that are copied for the rows of one statement without asking for memory.
    private static let spaceSize = 4096

    private let statements: [Statement]
    private let width: Int32
    private let shared: Int32
    private let space = UnsafeMutableRawBufferPointer.allocate(byteCount: spaceSize, alignment: 1)
    private var spaceUsed = 0

    /// Rows to come, with those of the statement that is being filled.
    private var remaining = 0
    private var sharedValue: Int64 = 0
    /// The place of the statement that is being filled, and how many of its rows are.
    private var current = 0
    private var filled = 0
    private var parameters: Parameters
    /// The parameter of the row's first column.
    private var first: Int32 = 1

    /// - Parameter shared: A column that has the same value in all rows.
    init(into table: String, shared: String? = nil, _ columns: [String], on connection: Connection) throws(QueueError) {
        width = Int32(columns.count)
        self.shared = shared == nil ? 0 : 1
        let (names, start) = shared.map { ([$0] + columns, 2) } ?? (columns, 1)
        statements = try Self.sizes.map { rows throws(QueueError) in
            let values = (0..<rows).map { row in
                let own = columns.indices.map { "?\(start + row * columns.count + $0)" }
                return "(\(((shared == nil ? [] : ["?1"]) + own).joined(separator: ", ")))"
            }
            return try connection.prepare(
                "INSERT INTO \(table) (\(names.joined(separator: ", "))) VALUES \(values.joined(separator: ", "))")
        }
        parameters = statements[0].parameters
    }

    deinit {
        space.deallocate()
    }

    /// So many rows are going to be added.
    /// - Parameter shared: The value of the shared column.
    func begin(_ rows: Int, shared: Int64 = 0) throws(QueueError) {
        // After a failure there may be rows that were not stored, and what they were lent may be gone.
        if remaining > 0 { parameters.clear() }
        (remaining, sharedValue, current) = (rows, shared, 0)
        try beginStatement()
    }

    func bind(_ column: Int32, _ value: Int64) throws(QueueError) {
        try parameters.bind(first + column, value)
    }

    func bind(_ column: Int32, _ value: Int64?) throws(QueueError) {
        if let value { try bind(column, value) }
    }

    /// Binds a copy of the bytes.
    func bind(_ column: Int32, _ value: [UInt8]?) throws(QueueError) {
        guard let value else { return }
        guard value.count <= space.count - spaceUsed else { return try parameters.bind(first + column, blob: value) }
        let copy = UnsafeMutableRawBufferPointer(rebasing: space[spaceUsed..<spaceUsed + value.count])
        copy.copyBytes(from: value)
        spaceUsed += value.count
        try parameters.lend(first + column, blob: UnsafeRawBufferPointer(copy))
    }

    func lend(_ column: Int32, text: UnsafeBufferPointer<UInt8>?) throws(QueueError) {
        if let text { try parameters.lend(first + column, text: text) }
    }

    func lend(_ column: Int32, blob: UnsafeBufferPointer<UInt8>?) throws(QueueError) {
        if let blob { try parameters.lend(first + column, blob: UnsafeRawBufferPointer(blob)) }
    }

    /// Adds the row whose values are bound; it is stored with those that share its statement.
    func add() throws(QueueError) {
        filled += 1
        first += width
        guard filled == Self.sizes[current] else { return }
        do {
            defer { parameters.clear() }
            try statements[current].run()
        }
        remaining -= filled
        try beginStatement()
    }

    private func beginStatement() throws(QueueError) {
        (filled, spaceUsed, first) = (0, 0, 1 + shared)
        guard remaining > 0 else { return }
        while Self.sizes[current] > remaining { current += 1 }
        parameters = statements[current].parameters
        if shared == 1 { try parameters.bind(1, sharedValue) }
    }
}
