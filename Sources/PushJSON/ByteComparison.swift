extension UnsafeBufferPointer<UInt8> {
    /// Whether these are the same bytes.
    ///
    /// Keys and identifiers are short: words that overlap at the end compare them sooner than a call would.
    @inlinable
    package func hasSameBytes(as other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count == other.count else { return false }
        guard let baseAddress, let otherAddress = other.baseAddress else { return true }
        let (one, two) = (UnsafeRawPointer(baseAddress), UnsafeRawPointer(otherAddress))
        if count >= 8 {
            var offset = 0
            while offset < count &- 8 {
                if Self.word(one, offset, as: UInt64.self) != Self.word(two, offset, as: UInt64.self) { return false }
                offset &+= 8
            }
            return Self.word(one, count &- 8, as: UInt64.self) == Self.word(two, count &- 8, as: UInt64.self)
        }
        if count >= 4 {
            return Self.word(one, 0, as: UInt32.self) == Self.word(two, 0, as: UInt32.self)
                && Self.word(one, count &- 4, as: UInt32.self) == Self.word(two, count &- 4, as: UInt32.self)
        }
        for offset in 0..<count where baseAddress[offset] != otherAddress[offset] { return false }
        return true
    }

    @inlinable
    @inline(__always)
    static func word<Word: FixedWidthInteger & BitwiseCopyable>(
        _ bytes: UnsafeRawPointer, _ offset: Int, as type: Word.Type
    ) -> Word {
        bytes.loadUnaligned(fromByteOffset: offset, as: type)
    }
}
