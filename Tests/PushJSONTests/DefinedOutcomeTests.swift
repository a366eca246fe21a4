import PushJSON
import Testing

/// What RFC 8259 leaves to the implementation, and what this one does.
@Suite struct DefinedOutcomeTests {
    @Test(
        "A lone surrogate is refused at its escape",
        arguments: [
            (#""\ud800""#, 1), (#""ab\uDBFF""#, 3), (#""\udc00\udc00""#, 1), (#""\udc00""#, 1), (#""\uDFFF\ud800""#, 1),
            (#""\ud800\ud800""#, 1),
            (#""\ud800\n""#, 1), (#""\ud800\u0041""#, 1), (#""\ud800x""#, 1), (#""\ud800\ue000""#, 1),
            (#""\ud83d\ude00\ude00""#, 13),
            (#"{"\udc00":1}"#, 2), (#""\ud800\U""#, 1),
        ] as [(SourceText, Int)])
    func loneSurrogates(text: SourceText, offset: Int) {
        #expect(throws: JSONError(.loneSurrogate, at: offset)) { try JSONDocument(parsing: text.bytes) }
    }

    @Test(
        "A text that ends within a pair of surrogates ends too early",
        arguments: [#""\ud83d"#, #""\ud83d\"#, #""\ud83d\u"#, #""\ud83d\ude"#, #""\ud83d\ude00"#] as [SourceText])
    func truncatedSurrogates(text: SourceText) {
        #expect(throws: JSONError(.unexpectedEnd, at: text.bytes.count)) { try JSONDocument(parsing: text.bytes) }
    }

    @Test(
        "Invalid UTF-8 is refused at the malformed sequence's first byte",
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2, 0x41], [0xC2, 0xC2], [0xE0, 0x80, 0x80],
            [0xE0, 0x9F, 0xBF],
            [0xE1, 0x80, 0x22], [0xE1, 0x41, 0x80], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xEF, 0xBF, 0xC0],
            [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x90, 0x80, 0x7F], [0xF0, 0x90, 0x22, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFC], [0xFE], [0xFF],
        ] as [[UInt8]], [0, 1, 5, 8])
    func invalidUTF8(sequence: [UInt8], position: Int) {
        let padding = [UInt8](repeating: 0x78, count: position)
        #expect(throws: JSONError(.invalidUTF8, at: 1 + position)) {
            try JSONDocument(parsing: SourceText.quoted(padding + sequence + padding).bytes)
        }
    }

    @Test("Two bytes of UTF-8 are accepted exactly when the standard library finds them well-formed")
    func everyPairOfBytes() {
        for lead in UInt8(0x80)...0xFF {
            for second in UInt8(0x00)...0xFF where second != 0x22 && second != 0x5C && second >= 0x20 {
                let isValid = String(validating: [lead, second], as: UTF8.self) != nil
                let isAccepted = (try? JSONDocument(parsing: [0x22, lead, second, 0x22])) != nil
                #expect(isAccepted == isValid, "\(lead) \(second)")
            }
        }
    }

    @Test(
        "A byte order mark and other encodings are refused",
        arguments: [
            [0xEF, 0xBB, 0xBF, 0x31], [0xFE, 0xFF, 0x00, 0x31], [0xFF, 0xFE, 0x31, 0x00], [0x00, 0x31],
            [0x00, 0x00, 0x00, 0x31],
        ] as [[UInt8]])
    func byteOrderMarks(bytes: [UInt8]) {
        #expect(throws: JSONError(.unexpectedByte, at: 0)) { try JSONDocument(parsing: bytes) }
        #expect(throws: JSONError(.trailingBytes, at: 1)) { try JSONDocument(parsing: [0x31, 0x00]) }
    }

    @Test(
        "Nesting is accepted to 128 levels and refused at the bracket of the next",
        arguments: [("[", "]"), (#"{"a":"#, "}")])
    func nesting(open: String, close: String) throws {
        func text(_ depth: Int) -> String {
            String(repeating: open, count: depth) + (open == "[" ? "" : "0") + String(repeating: close, count: depth)
        }
        let deepest = try JSONDocument(parsing: text(128))
        #expect(deepest.root.sourceBytes.elementsEqual(text(128).utf8))
        #expect(throws: JSONError(.tooDeep, at: 128 * open.utf8.count)) { try JSONDocument(parsing: text(129)) }
        #expect(throws: JSONError(.tooDeep, at: 128 * open.utf8.count)) {
            try JSONDocument(parsing: String(repeating: open, count: 100_000))
        }
        // Depth is not what was opened in all.
        let wide = "[" + Array(repeating: text(127), count: 300).joined(separator: ",") + "]"
        #expect(try JSONDocument(parsing: wide).root.count == 300)
        #expect(throws: JSONError(.tooDeep, at: 0)) {
            try JSONDocument(parsing: Array(text(1).utf8), maximumDepth: 0)
        }
        #expect(try JSONDocument(parsing: Array("1".utf8), maximumDepth: 0).root.integer == 1)
    }

    @Test("A text over the size limit is refused unread, one at the limit is not")
    func size() throws {
        let text = Array("[1,2]".utf8)
        #expect(try JSONDocument(parsing: text, maximumByteCount: 5).root.count == 2)
        #expect(throws: JSONError(.tooLarge, at: 4)) { try JSONDocument(parsing: text, maximumByteCount: 4) }
        #expect(JSONDocument.maximumByteCount == 536_870_911)
        #expect(try JSONDocument(parsing: text, maximumByteCount: .max).root.count == 2)
    }

    @Test("Of a repeated key the last value counts, and all are listed in order")
    func repeatedKeys() throws {
        let root = try JSONDocument(parsing: #"{"a":1,"b":[2],"\u0061":{"a":3},"b":null,"":4,"a":"last"}"#).root
        #expect(root["a"]?.string == "last")
        #expect(root["b"]?.isNull == true)
        #expect(root[""]?.integer == 4)
        #expect(root["c"] == nil)
        #expect(root.count == 6)
        #expect(root.members?.map { $0.key.string } == ["a", "b", "a", "b", "", "a"])
        #expect(
            root.members?.map { String(decoding: $0.value.sourceBytes, as: UTF8.self) } == [
                "1", "[2]", #"{"a":3}"#, "null", "4", #""last""#,
            ])
    }

    @Test("Keys are compared byte for byte, not as Unicode would have them equal")
    func keysAreBytes() throws {
        let root = try JSONDocument(parsing: "{\"\u{E9}\":1,\"e\u{301}\":2,\"E\":3}").root
        #expect(root["\u{E9}"]?.integer == 1)
        #expect(root["e\u{301}"]?.integer == 2)
        #expect(root["e"] == nil)
        #expect(!(try JSONDocument(parsing: "\"\u{E9}\"").root.isString("e\u{301}")))
    }
}
