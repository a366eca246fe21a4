/// The "case-insensitive" of this evaluator: every scalar becomes its lower-case mapping, whatever stands around it.
///
/// Nothing is normalised, `ß` is not `ss`, and `Σ` is always `σ`. A scalar outside ASCII never becomes one inside
/// (`İ` and the Kelvin sign stay as they are), so that folding moves no word boundary.
enum CaseFolding {
    static func fold(_ text: String) -> [UInt8] {
        var text = text
        return text.withUTF8 { fold($0) }
    }

    /// Folds valid UTF-8.
    static func fold(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        // The initialiser below would write a count to the empty array, which all threads share.
        if text.isEmpty { return [] }
        let ascii = [UInt8](unsafeUninitializedCapacity: text.count) { folded, count in
            count = foldASCII(text, into: folded) ? text.count : 0
        }
        if !ascii.isEmpty { return ascii }
        var folded: [UInt8] = []
        folded.reserveCapacity(text.count + text.count / 8 + 4)
        var position = 0
        while position < text.count {
            let byte = text[position]
            if byte < 0x80 {
                folded.append(foldASCII(byte))
                position += 1
                continue
            }
            let length = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
            let end = min(position + length, text.count)
            appendFolded(text[position..<end], to: &folded)
            position = end
        }
        return folded
    }

    /// Folds valid UTF-8 into memory that the caller has to deallocate; it has an address even when it is empty.
    static func foldedCopy(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        let ascii = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(text.count, 1))
        if foldASCII(text, into: ascii) { return UnsafeBufferPointer(rebasing: ascii[..<text.count]) }
        ascii.deallocate()
        let folded = fold(text)
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: folded.count)
        _ = copy.initialize(fromContentsOf: folded)
        return UnsafeBufferPointer(copy)
    }

    /// Folds a text into memory for as many bytes, eight at a time: the high bit is set in each byte that is `A`…`Z`, and
    /// shifted to 0x20.
    /// - Returns: false where not all is ASCII; the memory is of no use then.
    static func foldASCII(
        _ text: UnsafeBufferPointer<UInt8>, into folded: UnsafeMutableBufferPointer<UInt8>
    ) -> Bool {
        let count = text.count
        guard count <= folded.count, let text = text.baseAddress, let folded = folded.baseAddress else {
            return count == 0
        }
        var position = 0
        while position &+ 8 <= count {
            guard foldASCIIWord(text, position, into: folded) else { return false }
            position &+= 8
        }
        // The last word overlaps the one before it.
        if position < count, count >= 8 { return foldASCIIWord(text, count &- 8, into: folded) }
        while position < count {
            guard text[position] < 0x80 else { return false }
            folded[position] = foldASCII(text[position])
            position &+= 1
        }
        return true
    }

    @inline(__always)
    private static func foldASCIIWord(
        _ text: UnsafePointer<UInt8>, _ offset: Int, into folded: UnsafeMutablePointer<UInt8>
    ) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let word = UnsafeRawPointer(text).loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        guard word & (ones &* 0x80) == 0 else { return false }
        let atLeastA = word &+ ones &* (0x80 - 0x41)
        let aboveZ = word &+ ones &* (0x80 - 0x5B)
        let upper = (atLeastA & ~aboveZ) & (ones &* 0x80)
        UnsafeMutableRawPointer(folded).storeBytes(of: word | upper >> 2, toByteOffset: offset, as: UInt64.self)
        return true
    }

    @inline(__always)
    static func foldASCII(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }

    private static func appendFolded(_ encoded: Slice<UnsafeBufferPointer<UInt8>>, to folded: inout [UInt8]) {
        var value = UInt32(encoded[encoded.startIndex]) & (0xFF >> UInt32(encoded.count + 1))
        for byte in encoded.dropFirst() { value = value << 6 | UInt32(byte & 0x3F) }
        // From the CJK radicals to the end of the Yi syllables there is no case.
        guard !(0x2E80..<0xA640).contains(value), let scalar = Unicode.Scalar(value),
            scalar.properties.changesWhenLowercased
        else { return folded.append(contentsOf: encoded) }
        let lower = scalar.properties.lowercaseMapping.utf8
        if lower.first.map({ $0 < 0x80 }) ?? true {
            folded.append(contentsOf: encoded)
        } else {
            folded.append(contentsOf: lower)
        }
    }
}
