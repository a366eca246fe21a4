/// Where the answers of known transactions are: from the hash of a transaction id to its row.
///
/// In memory because an index on the ids would dirty a random page per transaction. A hash may stand for several ids:
/// whoever asks compares the row's id with its own.
struct TransactionIndex {
    /// Of the (seldom) hashes with several rows only the first is here.
    private var rows: [Int: Int64] = [:]
    private var collisions: [Int: [Int64]] = [:]
    private let hash: @Sendable (String) -> Int

    /// Swift's hash is seeded at random: nobody outside can make ids collide.
    static let seededHash: @Sendable (String) -> Int = { $0.hashValue }

    init(hash: @escaping @Sendable (String) -> Int = Self.seededHash) {
        self.hash = hash
    }

    private(set) var count = 0

    /// Rows that may be that of the id.
    func candidates(for transactionID: String) -> [Int64] {
        let key = hash(transactionID)
        guard let first = rows[key] else { return [] }
        return [first] + (collisions[key] ?? [])
    }

    mutating func insert(_ transactionID: String, row: Int64) {
        let key = hash(transactionID)
        if rows[key] == nil {
            rows[key] = row
        } else {
            collisions[key, default: []].append(row)
        }
        count += 1
    }

    mutating func remove(_ transactionID: String, row: Int64) {
        let key = hash(transactionID)
        var others = collisions[key] ?? []
        if rows[key] == row {
            rows[key] = others.isEmpty ? nil : others.removeFirst()
        } else if let index = others.firstIndex(of: row) {
            others.remove(at: index)
        } else {
            return
        }
        collisions[key] = others.isEmpty ? nil : others
        count -= 1
    }
}
