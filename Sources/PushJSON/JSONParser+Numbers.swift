extension JSONParser {
    /// The largest magnitude of an integer in canonical JSON, 2^53 − 1.
    private static let maximumInteger: UInt64 = 9_007_199_254_740_991

    /// Parses a number at a minus sign or a digit; its value is not computed, so it may be of any size.
    mutating func parseNumber() throws(JSONError) {
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        let firstDigit = position
        try skipDigits()
        let digits = firstDigit..<position
        if digits.count > 1, bytes[firstDigit] == UInt8(ascii: "0") {
            throw JSONError(.invalidNumber, at: firstDigit + 1)
        }
        var kind = isInteger(digits) ? JSONKind.integer : .number
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            kind = .number
            position += 1
            try skipDigits()
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            kind = .number
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            try skipDigits()
        }
        nodes.append(JSONNode(kind, start: start, end: position))
    }

    /// Skips at least one digit.
    private mutating func skipDigits() throws(JSONError) {
        let start = position
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        if position == start {
            throw JSONError(position == bytes.count ? .unexpectedEnd : .invalidNumber, at: position)
        }
    }

    /// Whether these digits, which do not begin with a needless zero, are within the range of canonical JSON.
    private func isInteger(_ digits: Range<Int>) -> Bool {
        guard digits.count >= 16 else { return true }
        guard digits.count == 16 else { return false }
        var magnitude: UInt64 = 0
        for position in digits { magnitude = magnitude * 10 + UInt64(bytes[position] &- UInt8(ascii: "0")) }
        return magnitude <= Self.maximumInteger
    }
}
