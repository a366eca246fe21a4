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
        let ascii = asciiPrefixCount(text)
        if ascii == text.count {
            return [UInt8](unsafeUninitializedCapacity: ascii) { folded, count in
                foldASCII(text, count: ascii, into: folded)
                count = ascii
            }
        }
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
        if asciiPrefixCount(text) == text.count {
            let folded = UnsafeMutablePointer<UInt8>.allocate(capacity: max(text.count, 1))
            foldASCII(text, count: text.count, into: UnsafeMutableBufferPointer(start: folded, count: text.count))
            return UnsafeBufferPointer(start: folded, count: text.count)
        }
        let folded = fold(text)
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: folded.count)
        _ = copy.initialize(fromContentsOf: folded)
        return UnsafeBufferPointer(copy)
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

    private static func asciiPrefixCount(_ text: UnsafeBufferPointer<UInt8>) -> Int {
        var position = 0
        let raw = UnsafeRawBufferPointer(text)
        while position &+ 8 <= text.count {
            if raw.loadUnaligned(fromByteOffset: position, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 { break }
            position &+= 8
        }
        while position < text.count, text[position] < 0x80 { position &+= 1 }
        return position
    }

    /// Eight bytes at a time: the high bit is set in each byte that is `A`…`Z`, and shifted to 0x20.
    private static func foldASCII(
        _ text: UnsafeBufferPointer<UInt8>, count: Int, into folded: UnsafeMutableBufferPointer<UInt8>
    ) {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let raw = UnsafeRawBufferPointer(text)
        let target = UnsafeMutableRawBufferPointer(folded)
        var position = 0
        while position &+ 8 <= count {
            let word = raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            let atLeastA = word &+ ones &* (0x80 - 0x41)
            let aboveZ = word &+ ones &* (0x80 - 0x5B)
            let upper = (atLeastA & ~aboveZ) & (ones &* 0x80)
            target.storeBytes(of: word | upper >> 2, toByteOffset: position, as: UInt64.self)
            position &+= 8
        }
        while position < count {
            folded[position] = foldASCII(text[position])
            position &+= 1
        }
    }
}
