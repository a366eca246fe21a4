/// A keyed 64-bit hash of (event id, user id): SipHash-1-3 under a key that is kept with the queue, so that whom an event
/// notified before is recognised after a restart and nobody can choose ids that meet.
struct DeliveryKeyHasher: Sendable {
    let key0: UInt64
    let key1: UInt64

    /// The hash of the number, eight bytes little-endian, followed by the text.
    func hash(_ text: UnsafeBufferPointer<UInt8>, after number: UInt64 = 0) -> UInt64 {
        var v0 = key0 ^ 0x736F_6D65_7073_6575
        var v1 = key1 ^ 0x646F_7261_6E64_6F6D
        var v2 = key0 ^ 0x6C79_6765_6E65_7261
        var v3 = key1 ^ 0x7465_6462_7974_6573
        func round() {
            v0 = v0 &+ v1
            v1 = v1 << 13 | v1 >> 51
            v1 ^= v0
            v0 = v0 << 32 | v0 >> 32
            v2 = v2 &+ v3
            v3 = v3 << 16 | v3 >> 48
            v3 ^= v2
            v0 = v0 &+ v3
            v3 = v3 << 21 | v3 >> 43
            v3 ^= v0
            v2 = v2 &+ v1
            v1 = v1 << 17 | v1 >> 47
            v1 ^= v2
            v2 = v2 << 32 | v2 >> 32
        }
        func absorb(_ word: UInt64) {
            v3 ^= word
            round()
            v0 ^= word
        }
        // The number comes first as one word, then the text in words, the last one with the length on top.
        absorb(number)
        var offset = 0
        let bytes = UnsafeRawBufferPointer(text)
        while offset &+ 8 <= bytes.count {
            absorb(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            offset &+= 8
        }
        var last = UInt64(truncatingIfNeeded: bytes.count &+ 8) << 56
        if offset < bytes.count, bytes.count >= 8 {
            // Together with bytes before them, which are shifted out.
            let end = bytes.loadUnaligned(fromByteOffset: bytes.count &- 8, as: UInt64.self)
            last |= UInt64(littleEndian: end) &>> UInt64(truncatingIfNeeded: 8 &* (8 &- (bytes.count &- offset)))
        } else {
            for index in offset..<bytes.count { last |= UInt64(bytes[index]) &<< UInt64((index &- offset) &* 8) }
        }
        absorb(last)
        v2 ^= 0xFF
        for _ in 0..<3 { round() }
        return v0 ^ v1 ^ v2 ^ v3
    }
}
