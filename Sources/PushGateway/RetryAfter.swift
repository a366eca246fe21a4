/// Reading of the `Retry-After` header (RFC 9110, section 10.2.3).
enum RetryAfter {
    /// Parses seconds or an HTTP date.
    /// - Parameter now: Unix seconds, for dates.
    /// - Returns: The time to wait, zero for a date that has passed, a century at most; nil for anything else.
    static func parse(_ value: some Collection<UInt8>, now: Int64) -> Duration? {
        let text = Array(value.drop { isBlank($0) }.reversed().drop { isBlank($0) }.reversed())
        guard !text.isEmpty, text.count <= 64 else { return nil }
        if text.allSatisfy({ (0x30...0x39).contains($0) }) {
            let seconds = text.reduce(Int64(0)) { min($0 * 10 + Int64($1 - 0x30), longest) }
            return .seconds(seconds)
        }
        guard let date = HTTPDate.parse(text, now: now) else { return nil }
        return .seconds(min(max(0, date - now), longest))
    }

    /// A century in seconds: keeps sums far from overflow.
    private static let longest: Int64 = 3_155_760_000

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
