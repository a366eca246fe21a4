import PushJSON
import Testing

/// Texts that are no JSON, each with the reason and the byte that is wrong.
@Suite struct RejectedTextTests {
    typealias Case = (text: SourceText, reason: JSONError.Reason, offset: Int)

    static let structure: [Case] = [
        ("", .unexpectedEnd, 0), (" \n", .unexpectedEnd, 2), ("[", .unexpectedEnd, 1), ("[1", .unexpectedEnd, 2),
        ("[1,", .unexpectedEnd, 3), ("[1,\n", .unexpectedEnd, 4), ("{", .unexpectedEnd, 1),
        (#"{"a""#, .unexpectedEnd, 4),
        (#"{"a":"#, .unexpectedEnd, 5), (#"{"a":1"#, .unexpectedEnd, 6), (#"{"a":1,"#, .unexpectedEnd, 7),
        ("[{}", .unexpectedEnd, 3), ("]", .unexpectedByte, 0), ("}", .unexpectedByte, 0), ("[1}", .unexpectedByte, 2),
        (#"{"a":1]"#, .unexpectedByte, 6), ("[1,]", .unexpectedByte, 3), ("[1,,2]", .unexpectedByte, 3),
        ("[,1]", .unexpectedByte, 1), ("[,]", .unexpectedByte, 1), ("[1 2]", .unexpectedByte, 3),
        ("[1:2]", .unexpectedByte, 2),
        ("[1;2]", .unexpectedByte, 2), ("[\"a\"", .unexpectedEnd, 4), ("{,}", .unexpectedByte, 1),
        ("{1:2}", .unexpectedByte, 1),
        ("{null:1}", .unexpectedByte, 1), ("{a:1}", .unexpectedByte, 1), ("{'a':1}", .unexpectedByte, 1),
        (#"{"a"}"#, .unexpectedByte, 4), (#"{"a",1}"#, .unexpectedByte, 4), (#"{"a" 1}"#, .unexpectedByte, 5),
        (#"{"a"::1}"#, .unexpectedByte, 5), (#"{"a":}"#, .unexpectedByte, 5), (#"{"a":1,}"#, .unexpectedByte, 7),
        (#"{"a":1,,}"#, .unexpectedByte, 7), (#"{"a":1 "b":2}"#, .unexpectedByte, 7),
        (#"{"a":1:2}"#, .unexpectedByte, 6),
        ("{[]:1}", .unexpectedByte, 1), ("'a'", .unexpectedByte, 0), ("a", .unexpectedByte, 0),
        ("<a>", .unexpectedByte, 0),
        ("*", .unexpectedByte, 0), ("\\u0031", .unexpectedByte, 0), ("[/**/]", .unexpectedByte, 1),
        ("// x\n1", .unexpectedByte, 0),
        ("1 // x", .trailingBytes, 2), ("1 2", .trailingBytes, 2), ("{}{}", .trailingBytes, 2),
        ("[]]", .trailingBytes, 2),
        ("{}}", .trailingBytes, 2), ("[],", .trailingBytes, 2), (#""a"x"#, .trailingBytes, 3),
        ("nullx", .trailingBytes, 4),
        ("\u{C}1", .unexpectedByte, 0), ("\u{B}1", .unexpectedByte, 0), ("1\u{C}", .trailingBytes, 1),
        ("\u{A0}1", .unexpectedByte, 0), ("[1\u{2028}]", .unexpectedByte, 2), ("\u{2060}[]", .unexpectedByte, 0),
        ("\0", .unexpectedByte, 0), ("1\0", .trailingBytes, 1), ("[\0]", .unexpectedByte, 1),
        (SourceText(bytes: [0xFF]), .unexpectedByte, 0),
        (SourceText(bytes: [0x5B, 0xC3, 0xA9, 0x5D]), .unexpectedByte, 1),
    ]

    static let literals: [Case] = [
        ("t", .unexpectedEnd, 1), ("tru", .unexpectedEnd, 3), ("nul", .unexpectedEnd, 3), ("fals", .unexpectedEnd, 4),
        ("True", .unexpectedByte, 0), ("NULL", .unexpectedByte, 0), ("tRue", .invalidLiteral, 1),
        ("[nul]", .invalidLiteral, 4),
        ("[fals0]", .invalidLiteral, 5), ("truth", .invalidLiteral, 3), ("nan", .invalidLiteral, 1),
        ("undefined", .unexpectedByte, 0),
    ]

    static let numbers: [Case] = [
        ("-", .unexpectedEnd, 1), ("1.", .unexpectedEnd, 2), ("1e", .unexpectedEnd, 2), ("1E+", .unexpectedEnd, 3),
        ("0.1e-", .unexpectedEnd, 5), ("[-]", .invalidNumber, 2), ("-x", .invalidNumber, 1), ("--1", .invalidNumber, 1),
        ("- 1", .invalidNumber, 1), ("-.5", .invalidNumber, 1), ("-Infinity", .invalidNumber, 1),
        ("-NaN", .invalidNumber, 1),
        ("01", .invalidNumber, 1), ("-01", .invalidNumber, 2), ("00", .invalidNumber, 1), ("-00.1", .invalidNumber, 2),
        ("[012]", .invalidNumber, 2), ("1.]", .invalidNumber, 2), ("1.e1", .invalidNumber, 2),
        ("1..2", .invalidNumber, 2),
        ("1e.5", .invalidNumber, 2), ("1e+-1", .invalidNumber, 3), ("1ee1", .invalidNumber, 2),
        ("1e1.5", .trailingBytes, 3),
        ("1.5.2", .trailingBytes, 3), ("+1", .unexpectedByte, 0), (".5", .unexpectedByte, 0),
        ("0x1F", .trailingBytes, 1),
        ("1_000", .trailingBytes, 1), ("1,000", .trailingBytes, 1), ("[1a]", .unexpectedByte, 2),
        ("1f", .trailingBytes, 1),
        ("NaN", .unexpectedByte, 0), ("Infinity", .unexpectedByte, 0), ("[1 000]", .unexpectedByte, 3),
        ("1-", .trailingBytes, 1),
        ("\u{FF11}", .unexpectedByte, 0), ("[1\u{FF11}]", .unexpectedByte, 2),
    ]

    static let strings: [Case] = [
        ("\"", .unexpectedEnd, 1), ("\"abc", .unexpectedEnd, 4), ("\"12345678", .unexpectedEnd, 9),
        (#""\"#, .unexpectedEnd, 2),
        (#""\""#, .unexpectedEnd, 3), (#""\u"#, .unexpectedEnd, 3), (#""\u00"#, .unexpectedEnd, 5),
        (#""\u0041"#, .unexpectedEnd, 7),
        (#""\x41""#, .invalidEscape, 2), (#""\a""#, .invalidEscape, 2), (#""\'""#, .invalidEscape, 2),
        (#""\0""#, .invalidEscape, 2),
        (#""\U0041""#, .invalidEscape, 2), ("\"\\\n\"", .invalidEscape, 2), ("\"\\\0\"", .invalidEscape, 2),
        ("\"\\é\"", .invalidEscape, 2),
        (#""\u""#, .invalidEscape, 3), (#""\u004""#, .invalidEscape, 6), (#""\u00G0""#, .invalidEscape, 5),
        (#""\u+041""#, .invalidEscape, 3),
        (#""\u 041""#, .invalidEscape, 3), (#""\u00 1""#, .invalidEscape, 5), (#""\u{41}""#, .invalidEscape, 3),
        (#""\u/:@`""#, .invalidEscape, 3),
        ("\"\n\"", .controlCharacter, 1), ("\"a\tb\"", .controlCharacter, 2), ("\"\0\"", .controlCharacter, 1),
        ("\"é\u{1F}\"", .controlCharacter, 3),
        ("\"1234567\r\"", .controlCharacter, 8), (#"{"a\#n":1}"#, .controlCharacter, 3),
    ]

    @Test("Broken structure", arguments: structure)
    func brokenStructure(_ rejected: Case) { expectRejected(rejected) }

    @Test("Broken literals", arguments: literals)
    func brokenLiterals(_ rejected: Case) { expectRejected(rejected) }

    @Test("Broken numbers", arguments: numbers)
    func brokenNumbers(_ rejected: Case) { expectRejected(rejected) }

    @Test("Broken strings", arguments: strings)
    func brokenStrings(_ rejected: Case) { expectRejected(rejected) }

    private func expectRejected(_ rejected: Case) {
        #expect(throws: JSONError(rejected.reason, at: rejected.offset)) {
            try JSONDocument(parsing: rejected.text.bytes)
        }
    }

    @Test("Any control character in a string is refused", arguments: UInt8(0)..<0x20)
    func controlCharacters(byte: UInt8) {
        #expect(throws: JSONError(.controlCharacter, at: 3)) {
            try JSONDocument(parsing: SourceText.quoted([0x61, 0x62, byte, 0x63]).bytes)
        }
    }

    @Test("Only eight bytes and u may follow a backslash", arguments: UInt8.min...UInt8.max)
    func escapes(byte: UInt8) {
        let text = [0x22, 0x5C, byte, 0x22]
        if #""\/bfnrt"#.utf8.contains(byte) {
            // The escaped quote leaves the string open.
            if byte != 0x22 { #expect(throws: Never.self) { try JSONDocument(parsing: text) } }
        } else {
            let offset = byte == UInt8(ascii: "u") ? 3 : 2
            #expect(throws: JSONError(.invalidEscape, at: offset)) { try JSONDocument(parsing: text) }
        }
    }

    @Test("An error says what and where")
    func description() {
        #expect(JSONError(.trailingBytes, at: 7).description == "more bytes after the value at byte 7")
    }
}
