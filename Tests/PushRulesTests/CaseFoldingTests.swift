import Testing

@testable import PushRules

@Suite struct CaseFoldingTests {
    @Test(arguments: [
        ("", ""), ("ABCxyz@[`{09", "abcxyz@[`{09"), ("THE QUICK BROWN FOX JUMPS", "the quick brown fox jumps"),
        ("ÄPFEL", "äpfel"), ("ΣΊΣΥΦΟΣ", "σίσυφοσ"), ("ПРИВЕТ", "привет"), ("Straße", "straße"), ("ẞ", "ß"),
        ("Ⱥ", "ⱥ"), ("黒猫", "黒猫"), ("🎂A🎂", "🎂a🎂"), ("𐐀", "𐐨"), ("e\u{301}É", "e\u{301}é"),
        // Neither may become an ASCII letter.
        ("İ", "İ"), ("\u{212A}", "\u{212A}"),
    ])
    func scalarsAreLowered(text: String, expected: String) {
        #expect(CaseFolding.fold(text) == Array(expected.utf8))
    }

    @Test func everyByteOfASCIIIsFoldedInWordsAndInTails() {
        let all = String(decoding: (0..<128).map { UInt8($0) }, as: UTF8.self)
        for start in 0..<9 {
            let text = String(decoding: Array(all.utf8).dropFirst(start), as: UTF8.self)
            #expect(CaseFolding.fold(text) == text.utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 + 32 : $0 })
        }
    }

    @Test(arguments: 0...40)
    func aCopyIsWhatFoldingGivesWhereverABytesBeyondASCIIStands(count: Int) {
        func copy(_ text: String) -> [UInt8] {
            var text = text
            let folded = text.withUTF8 { CaseFolding.foldedCopy($0) }
            defer { folded.deallocate() }
            return Array(folded)
        }
        let text = String(repeating: "Z", count: count)
        #expect(copy(text) == Array(repeating: UInt8(ascii: "z"), count: count))
        for position in 0...count {
            let text = text.prefix(position) + "Ä" + text.dropFirst(position)
            #expect(copy(String(text)) == Array(text.lowercased().utf8))
            #expect(CaseFolding.fold(String(text)) == Array(text.lowercased().utf8))
        }
    }

    @Test func noScalarOutsideASCIIFoldsIntoIt() {
        for value in UInt32(0x80)...0x1FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let folded = CaseFolding.fold(String(scalar))
            #expect(folded.allSatisfy { $0 >= 0x80 })
        }
    }
}
