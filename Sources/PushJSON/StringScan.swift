/// Finds the bytes of a string that JSON does not let through as they are.
enum StringScan {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The first index in `start..<end` of a control character, a quote, a backslash or, where asked for, a byte beyond
    /// ASCII; `end` where there is none.
    @inline(__always)
    static func firstSpecial(
        in bytes: UnsafePointer<UInt8>, from start: Int, to end: Int, stopsBeyondASCII: Bool
    ) -> Int {
        var position = start
        let base = UnsafeRawPointer(bytes)
        while position &+ 8 <= end {
            let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let special = specialBits(word) | (stopsBeyondASCII ? word & highBits : 0)
            if special != 0 { return position &+ special.trailingZeroBitCount / 8 }
            position &+= 8
        }
        while position < end {
            let byte = bytes[position]
            if byte < 0x20 || byte == 0x22 || byte == 0x5C || (stopsBeyondASCII && byte >= 0x80) { break }
            position &+= 1
        }
        return position
    }

    /// The high bit of every byte below space, of every quote and backslash.
    ///
    /// Only the lowest bit set is exact: a subtraction borrows from the next byte, but only past a byte that is itself
    /// marked, so a false mark always lies above a true one.
    @inline(__always)
    private static func specialBits(_ word: UInt64) -> UInt64 {
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let control = (word &- ones &* 0x20) & ~word
        return (control | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)) & highBits
    }
}
