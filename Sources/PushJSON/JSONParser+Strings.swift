extension JSONParser {
    /// Parses a string at its opening quote; only the content of one with escapes is copied.
    @inline(__always)
    mutating func parseString() throws(JSONError) {
        let start = position
        let end = plainEnd(from: start &+ 1)
        guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { return try parseSpecialString() }
        position = end &+ 1
        nodes.append(JSONNode(.string, start: start, end: position, size: JSONNode.plain))
    }

    /// Parses a string that may have escapes and bytes beyond ASCII.
    @inline(never)
    private mutating func parseSpecialString() throws(JSONError) {
        let start = position
        position += 1
        // Start of the run of bytes that stand for themselves and are not copied yet.
        var run = position
        let contentStart = unescaped.count
        var hasEscapes = false
        while true {
            skipPlainASCII()
            let byte = try currentByte()
            if byte == UInt8(ascii: "\"") { break }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                if unescaped.isEmpty { unescaped.reserveCapacity(min(bytes.count - run, 512)) }
                unescaped.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[run..<position]))
                try parseEscape()
                run = position
            } else if byte < 0x20 {
                throw JSONError(.controlCharacter, at: position)
            } else {
                try skipMultibyte()
            }
        }
        let contentEnd = position
        position += 1
        guard hasEscapes else {
            nodes.append(JSONNode(.string, start: start, end: position, size: JSONNode.plain))
            return
        }
        unescaped.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[run..<contentEnd]))
        nodes.append(
            JSONNode(
                .string, start: start, end: position, link: UInt32(truncatingIfNeeded: bytes.count + contentStart),
                size: UInt32(truncatingIfNeeded: unescaped.count - contentStart)))
    }

    @inline(__always)
    private mutating func skipPlainASCII() {
        position = plainEnd(from: position)
    }

    /// Where the bytes of a string end that are ASCII and stand for themselves.
    @inline(__always)
    func plainEnd(from start: Int) -> Int {
        // There is a base address: the string's opening quote has been read.
        StringScan.firstSpecial(
            in: bytes.baseAddress.unsafelyUnwrapped, from: start, to: bytes.count, stopsBeyondASCII: true)
    }

    /// Advances over one scalar beyond ASCII (Unicode table 3-7: no overlong forms, no surrogates, at most U+10FFFF).
    private mutating func skipMultibyte() throws(JSONError) {
        let lead = bytes[position]
        var second: ClosedRange<UInt8> = 0x80...0xBF
        let count: Int
        switch lead {
        case 0xC2...0xDF: count = 2
        case 0xE0...0xEF:
            count = 3
            if lead == 0xE0 { second = 0xA0...0xBF }
            if lead == 0xED { second = 0x80...0x9F }
        case 0xF0...0xF4:
            count = 4
            if lead == 0xF0 { second = 0x90...0xBF }
            if lead == 0xF4 { second = 0x80...0x8F }
        default: throw JSONError(.invalidUTF8, at: position)
        }
        for offset in 1..<count {
            guard position + offset < bytes.count else { throw JSONError(.unexpectedEnd, at: bytes.count) }
            let byte = bytes[position + offset]
            guard offset == 1 ? second.contains(byte) : byte & 0xC0 == 0x80 else {
                throw JSONError(.invalidUTF8, at: position)
            }
        }
        position += count
    }

    // MARK: Escapes

    /// Parses an escape at its backslash and appends what it stands for.
    private mutating func parseEscape() throws(JSONError) {
        let start = position
        position += 1
        let byte = try currentByte()
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(byte)
        case UInt8(ascii: "b"): unescaped.append(0x08)
        case UInt8(ascii: "f"): unescaped.append(0x0C)
        case UInt8(ascii: "n"): unescaped.append(0x0A)
        case UInt8(ascii: "r"): unescaped.append(0x0D)
        case UInt8(ascii: "t"): unescaped.append(0x09)
        case UInt8(ascii: "u"): return try parseUnicodeEscape(from: start)
        default: throw JSONError(.invalidEscape, at: position)
        }
        position += 1
    }

    /// Parses the rest of a `\u` escape at its `u`, and the one that must follow a high surrogate.
    private mutating func parseUnicodeEscape(from start: Int) throws(JSONError) {
        let first = try parseHex()
        guard first & 0xF800 == 0xD800 else { return appendUTF8(first) }
        guard first < 0xDC00 else { throw JSONError(.loneSurrogate, at: start) }
        guard try currentByte() == UInt8(ascii: "\\") else { throw JSONError(.loneSurrogate, at: start) }
        position += 1
        guard try currentByte() == UInt8(ascii: "u") else { throw JSONError(.loneSurrogate, at: start) }
        let second = try parseHex()
        guard second & 0xFC00 == 0xDC00 else { throw JSONError(.loneSurrogate, at: start) }
        appendUTF8(0x10000 + ((first & 0x3FF) << 10 | second & 0x3FF))
    }

    /// Parses four hexadecimal digits after the `u` at the current position.
    private mutating func parseHex() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        position += 1
        for _ in 0..<4 {
            let byte = try currentByte()
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw JSONError(.invalidEscape, at: position)
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    /// Appends a scalar (no surrogate, at most U+10FFFF) to the unescaped bytes.
    private mutating func appendUTF8(_ scalar: UInt32) {
        func continuation(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: scalar >> shift & 0x3F) }
        switch scalar {
        case ..<0x80: unescaped.append(UInt8(truncatingIfNeeded: scalar))
        case ..<0x800:
            unescaped.append(0xC0 | UInt8(truncatingIfNeeded: scalar >> 6))
            unescaped.append(continuation(0))
        case ..<0x10000:
            unescaped.append(0xE0 | UInt8(truncatingIfNeeded: scalar >> 12))
            unescaped.append(continuation(6))
            unescaped.append(continuation(0))
        default:
            unescaped.append(0xF0 | UInt8(truncatingIfNeeded: scalar >> 18))
            unescaped.append(continuation(12))
            unescaped.append(continuation(6))
            unescaped.append(continuation(0))
        }
    }
}
