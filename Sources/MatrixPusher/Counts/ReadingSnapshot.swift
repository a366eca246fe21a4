internal import PushQueue

/// The boards and event numbers as bytes, left by a run that ended in order: so the next one need not read the history, which
/// is most of the database, to make them anew.
///
/// Each part begins with a keyed hash of the rest and the key under which texts were hashed. Then come records: what it is, and
/// its words, little-endian.
struct ReadingSnapshot {
    private enum Record {
        /// The newest number, and how many users there are: a snapshot without it is not whole.
        static let end: UInt64 = 1
        /// Events under consecutive numbers: the first, how many, their hashes.
        static let events: UInt64 = 2
        /// Further numbers of an event: its first number, how many, these.
        static let others: UInt64 = 3
        static let board: UInt64 = 4
    }

    private static let format: UInt64 = 1
    /// Bytes after which a part ends.
    private static let partSize = 1 << 18

    /// Detects what did not come from here, or changed since.
    let hasher: DeliveryKeyHasher

    // MARK: Writing

    func write(_ state: borrowing ReadingState.State, _ store: ([UInt8]) -> Void) {
        var part = SnapshotBytes()
        state.numbers.forEachRun { first, hashes in
            part.append(Record.events)
            part.append(UInt64(first))
            part.append(UInt64(hashes.count))
            for hash in hashes { part.append(hash) }
            end(&part, store)
        }
        for (first, others) in state.numbers.others {
            part.append(Record.others)
            part.append(UInt64(first))
            part.append(UInt64(others.count))
            for number in others { part.append(UInt64(number)) }
            end(&part, store)
        }
        for (user, items) in state.board.users {
            part.append(Record.board)
            part.append(UInt64(bitPattern: Int64(user)))
            items.write(to: &part)
            end(&part, store)
        }
        part.append(Record.end)
        part.append(UInt64(state.numbers.newest))
        part.append(UInt64(state.board.users.count))
        end(&part, force: true, store)
    }

    private func end(_ part: inout SnapshotBytes, force: Bool = false, _ store: ([UInt8]) -> Void) {
        guard force || part.bytes.count >= Self.partSize else { return }
        var head = SnapshotBytes()
        head.append(Self.format)
        head.append(TextHash.key.first)
        head.append(TextHash.key.second)
        let content = head.bytes + part.bytes
        var whole = SnapshotBytes()
        whole.append(content.withUnsafeBufferPointer { hasher.hash($0) })
        store(whole.bytes + content)
        part = SnapshotBytes()
    }

    // MARK: Reading

    /// Fills boards and numbers.
    /// - Returns: false where there is no snapshot, or none that can be used; `state` is then to be thrown away.
    func restore(
        _ state: inout ReadingState.State, from reader: any QueueScanner
    ) throws(QueueError) -> Bool {
        var isUsable = true
        var isWhole = false
        try reader.scanSnapshot { bytes in
            guard isUsable else { return }
            isUsable = read(bytes, into: &state, &isWhole)
        }
        return isUsable && isWhole
    }

    private func read(_ bytes: [UInt8], into state: inout ReadingState.State, _ isWhole: inout Bool) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            guard bytes.count > 32 else { return false }
            var words = SnapshotReader(UnsafeRawBufferPointer(bytes))
            guard words.next() == hasher.hash(UnsafeBufferPointer(rebasing: bytes.dropFirst(8))),
                words.next() == Self.format, TextHash.adopt(TextHash.Key(first: words.next(), second: words.next()))
            else { return false }
            // What has the hash was written by us: it is as it should be.
            while !words.isAtEnd {
                switch words.next() {
                case Record.events:
                    let first = Int64(words.next())
                    let count = Int(words.next())
                    state.numbers.reserve(adding: count)
                    for number in first..<first + Int64(count) {
                        state.numbers.add(Int(bitPattern: UInt(words.next())), number: number)
                    }
                case Record.others:
                    let first = Int64(words.next())
                    state.numbers.restore(others: (0..<words.next()).map { _ in Int64(words.next()) }, of: first)
                case Record.board:
                    let user = Int(bitPattern: UInt(words.next()))
                    state.board.users[user] = UnreadItems(from: &words)
                default:
                    state.numbers.restore(newest: Int64(words.next()))
                    isWhole = words.next() == UInt64(state.board.users.count)
                }
            }
            return true
        }
    }
}

/// A part that is being written.
struct SnapshotBytes {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ word: UInt64) {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Adds bytes, and zeros up to a whole word.
    mutating func append(_ more: [UInt8]) {
        bytes += more
        bytes.append(contentsOf: repeatElement(0, count: -more.count & 7))
    }
}

/// A part that is being read.
struct SnapshotReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func next() -> UInt64 {
        defer { position += 8 }
        return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
    }

    mutating func next(bytes count: Int) -> [UInt8] {
        defer { position += (count + 7) & ~7 }
        return Array(bytes[position..<position + count])
    }
}
