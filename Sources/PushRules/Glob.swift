/// Glob-style patterns (Appendices, "Glob-style matching"): `*` is any text, `?` one Unicode scalar.
///
/// A compiled pattern is its folded bytes with two bytes that UTF-8 never has for the wildcards. The text between two
/// stars is a segment; a segment is always as many scalars long, so taking the leftmost place for each segment is
/// enough, and every place of the text is tried by one segment only: at most pattern × text comparisons.
enum Glob {
    static let star: UInt8 = 0xFF
    static let anyScalar: UInt8 = 0xFE

    /// Folds a pattern and marks its wildcards.
    static func compile(_ pattern: String) -> [UInt8] {
        var compiled: [UInt8] = []
        for byte in CaseFolding.fold(pattern) {
            switch byte {
            case UInt8(ascii: "*"): if compiled.last != star { compiled.append(star) }
            case UInt8(ascii: "?"): compiled.append(anyScalar)
            default: compiled.append(byte)
            }
        }
        return compiled
    }

    static func hasWildcards(_ compiled: [UInt8]) -> Bool { compiled.contains { $0 >= anyScalar } }

    /// Whether the whole of a folded text matches. `steps` is lowered by the comparisons made; at 0 nothing matches.
    static func matchesWhole(
        _ pattern: UnsafeBufferPointer<UInt8>, _ text: UnsafeBufferPointer<UInt8>, steps: inout Int
    ) -> Bool {
        var matcher = GlobMatcher(pattern: pattern, text: text, steps: steps)
        defer { steps = matcher.steps }
        return matcher.matchesWhole()
    }

    /// Whether any part of a folded text that starts and ends at a word boundary matches; `steps` as above.
    static func matchesWords(
        _ pattern: UnsafeBufferPointer<UInt8>, _ text: UnsafeBufferPointer<UInt8>, steps: inout Int
    ) -> Bool {
        var matcher = GlobMatcher(pattern: pattern, text: text, steps: steps)
        defer { steps = matcher.steps }
        return matcher.matchesWords()
    }
}
