/// A fast hash with a seed of this process, so that nobody can prepare words that collide.
///
/// Equal hashes are always confirmed by comparing the bytes.
enum SeededHash {
    private static let seed = UInt64.random(in: .min ... .max) | 1

    static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let raw = UnsafeRawBufferPointer(bytes)
        var hash = seed ^ UInt64(truncatingIfNeeded: bytes.count)
        var position = 0
        while position &+ 8 <= bytes.count {
            hash = mix(hash, raw.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            position &+= 8
        }
        var rest: UInt64 = 0
        while position < bytes.count {
            rest = rest << 8 | UInt64(bytes[position])
            position &+= 1
        }
        return mix(hash, rest)
    }

    static func hash(_ bytes: [UInt8]) -> UInt64 { bytes.withUnsafeBufferPointer { hash($0) } }

    /// Both halves of a 128-bit product, folded together.
    @inline(__always)
    private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low ^ hash.byteSwapped
    }
}
