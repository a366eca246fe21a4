internal import Synchronization

/// A 64-bit hash under a key of this process: identifiers that others choose can not be made to meet.
enum TextHash {
    struct Key: Equatable, Sendable {
        var first: UInt64
        var second: UInt64
    }

    private static let wanted = Mutex<Key?>(nil)

    /// Random, or that of an earlier process.
    static let key =
        wanted.withLock { $0 } ?? Key(first: .random(in: 0 ... .max), second: .random(in: 0 ... .max))

    private static let hasher = DeliveryKeyHasher(key0: key.first, key1: key.second)

    /// Takes over the key of an earlier process, whose hashes are then those of this one.
    /// - Returns: whether it is the key: not so where something was hashed before under another.
    static func adopt(_ key: Key) -> Bool {
        wanted.withLock { $0 = $0 ?? key }
        return self.key == key
    }

    static func of(_ bytes: UnsafeBufferPointer<UInt8>) -> Int { Int(bitPattern: UInt(hasher.hash(bytes))) }

    static func of(_ text: String) -> Int {
        var text = text
        return text.withUTF8 { of($0) }
    }
}
