import Testing

@testable import PushRules

@Suite struct GlobTests {
    @Test(arguments: [
        ("m.notice", "m.notice", true), ("m.notice", "M.Notice", true), ("m.notice", "m.notices", false),
        ("m.notice", "xm.notice", false), ("m.notice", "mxnotice", false),
        ("", "", true), ("", "a", false), ("*", "", true), ("*", "anything\nat all", true), ("?", "", false),
        ("?", "a", true), ("?", "ab", false), ("?", "ä", true), ("?", "🎂", true), ("??", "🎂", false),
        ("lunc?*", "Lunch plans", true), ("lunc?*", "LUNCH", true), ("lunc?*", " lunch", false),
        ("lunc?*", "lunc", false),
        ("a*b", "ab", true), ("a*b", "a b", true), ("a*b", "abc", false), ("a*b*c", "aXbYbZc", true),
        ("*.org", "example.org", true), ("*.org", "example.org.uk", false), ("*ab", "aab", true),
        ("*aab", "aaab", true),
        ("a?*?b", "a12b", true), ("a?*?b", "a1b", false), ("**a**", "xax", true), ("a*", "a", true),
        ("a*a", "a", false),
        ("*?ü", "xÜ", true), ("*?ü", "Ü", false), ("ab*bc", "abc", false), ("[a-z]", "b", false),
        ("[a-z]", "[A-Z]", true),
        (#"a\*"#, #"a\b"#, true), (#"a\*"#, "a*", false),
    ])
    func wholeValuesMatch(pattern: String, value: String, expected: Bool) {
        #expect(matchesWhole(pattern, value) == expected)
        #expect(Reference.matchesWhole(pattern, value) == expected)
    }

    @Test(arguments: [
        // The specification's example, and what it says will match.
        ("ex*ple", "An example event.", true), ("ex*ple", "exple", true), ("ex*ple", "An exciting triple-whammy", true),
        ("ex*ple", "An exemplary event", false), ("ex*ple", "An unexample", false),
        ("cake", "cake", true), ("cake", "Let them eat CAKE!", true), ("cake", "cakes", false),
        ("cake", "pancake", false),
        ("cake", "cake_", false), ("cake", "2cake", false), ("cake", "cake-shop", true), ("cake", "(cake)", true),
        ("cake", "pancake cake", true), ("cake", "cakes cake", true), ("cake", "", false), ("", "", true),
        ("", "a", true),
        // Letters outside ASCII are boundaries.
        ("pfel", "Äpfel", true), ("äpfel", "zwei ÄPFEL", true), ("äpfel", "xäpfel", true), ("äpfel", "äpfelx", false),
        ("кот", "КОТЫ", true), ("猫", "黒猫です", true),
        // A pattern whose ends are no word characters.
        ("@room", "hi @room!", true), ("@room", "hi@room", true), ("@room", "@rooms", false), ("@room", "@@room", true),
        ("c++", "c++ is", true), ("c++", "c++11", true), ("c++", "xc++", false), ("-", "a-b", true), ("-", "ab", false),
        (" ", "a b", true), ("a b", "a b", true), ("a b", "xa b", false),
        // Stars reach over words, and to the ends of the value.
        ("*cake", "pancake", true), ("cake*", "cakes", true), ("*ak*", "cakes", true), ("c*e", "cakes ate", true),
        ("c*e", "cakes", false), ("c*e", "cat\nape", true), ("*", "", true), ("*", "x", true), ("a*", "ba", false),
        ("?", "a", true), ("?", "ab", false), ("?", "ab-", true), ("?", "", false), ("c?ke", "a coke", true),
        ("c?ke", "a ckes", false), ("??", "äb", true), ("ab*cd", "ab", false), ("a*b", "xa b a-b", true),
    ])
    func wordsMatch(pattern: String, body: String, expected: Bool) {
        #expect(matchesWords(pattern, body) == expected)
        #expect(Reference.matchesWords(pattern, body) == expected)
    }

    @Test func randomPatternsMatchAsTheObviousMatcherSays() {
        var random = SeededGenerator(state: 17)
        let patternAlphabet: [Character] = ["a", "b", "*", "?", "-", "ä", "*"]
        let textAlphabet: [Character] = ["a", "b", "a", "-", "ä", " ", "A"]
        var matched = 0
        for _ in 0..<20_000 {
            let pattern = String(
                (0..<Int.random(in: 0...6, using: &random)).map { _ in patternAlphabet.randomElement(using: &random)! })
            let text = String(
                (0..<Int.random(in: 0...10, using: &random)).map { _ in textAlphabet.randomElement(using: &random)! })
            let whole = Reference.matchesWhole(pattern, text)
            let words = Reference.matchesWords(pattern, text)
            #expect(matchesWhole(pattern, text) == whole, "\(pattern) as a whole in \(text)")
            #expect(matchesWords(pattern, text) == words, "\(pattern) by words in \(text)")
            matched += (whole ? 1 : 0) + (words ? 1 : 0)
        }
        #expect(matched > 4_000)
    }

    @Test(arguments: [
        "a*a*a*a*a*a*a*a*a*a*a*a*b", String(repeating: "a", count: 400) + "b",
        String(repeating: "a?", count: 200) + "b",
        String(repeating: "?*", count: 200) + "b", "*" + String(repeating: "a", count: 300) + "*b*",
        String(repeating: "*a", count: 300) + "c", "a*" + String(repeating: "a", count: 300) + "b", "aaaa*?b",
        "?????*b?*",
    ])
    func adversarialPatternsTakeAtMostPatternTimesText(pattern: String) {
        for text in [
            String(repeating: "a", count: 5000), String(repeating: "a ", count: 2500),
            String(repeating: "a-b", count: 1500),
        ] {
            let bound = (pattern.utf8.count + 1) * (text.utf8.count + 1)
            for match in [Glob.matchesWhole, Glob.matchesWords] {
                var steps = Int.max
                _ = run(match, pattern, text, &steps)
                #expect(Int.max - steps <= bound)
            }
        }
    }

    @Test func nothingMatchesOnceTheWorkIsUsedUp() {
        var steps = 100
        #expect(!run(Glob.matchesWords, "b", String(repeating: "a ", count: 500) + "b", &steps))
        #expect(steps <= 0)
        #expect(!run(Glob.matchesWhole, "a", "a", &steps))
    }

    private typealias Match = (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>, inout Int) -> Bool

    private func run(_ match: Match, _ pattern: String, _ text: String, _ steps: inout Int) -> Bool {
        Glob.compile(pattern).withUnsafeBufferPointer { pattern in
            CaseFolding.fold(text).withUnsafeBufferPointer { match(pattern, $0, &steps) }
        }
    }

    private func matchesWhole(_ pattern: String, _ text: String) -> Bool {
        var steps = Int.max
        return run(Glob.matchesWhole, pattern, text, &steps)
    }

    private func matchesWords(_ pattern: String, _ text: String) -> Bool {
        var steps = Int.max
        return run(Glob.matchesWords, pattern, text, &steps)
    }
}

/// The obvious matcher: tries everything.
private enum Reference {
    static func matchesWhole(_ pattern: String, _ text: String) -> Bool {
        matches(Array(pattern.lowercased().unicodeScalars)[...], Array(text.lowercased().unicodeScalars)[...])
    }

    static func matchesWords(_ pattern: String, _ text: String) -> Bool {
        let pattern = Array(pattern.lowercased().unicodeScalars)
        let text = Array(text.lowercased().unicodeScalars)
        func isWord(_ index: Int) -> Bool {
            text[index].isASCII
                && (text[index].properties.isAlphabetic || text[index].properties.numericType != nil
                    || text[index] == "_")
        }
        func isBoundary(_ index: Int) -> Bool {
            index == 0 || index == text.count || !isWord(index) || !isWord(index - 1)
        }
        for start in 0...text.count where isBoundary(start) {
            for end in start...text.count where isBoundary(end) {
                if matches(pattern[...], text[start..<end]) { return true }
            }
        }
        return false
    }

    private static func matches(_ pattern: ArraySlice<Unicode.Scalar>, _ text: ArraySlice<Unicode.Scalar>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == "*" {
            return matches(pattern.dropFirst(), text) || (!text.isEmpty && matches(pattern, text.dropFirst()))
        }
        guard let scalar = text.first, first == "?" || first == scalar else { return false }
        return matches(pattern.dropFirst(), text.dropFirst())
    }
}
