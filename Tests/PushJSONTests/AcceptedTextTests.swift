import PushJSON
import Testing

/// Texts that RFC 8259 says every parser must accept.
@Suite struct AcceptedTextTests {
    @Test(
        "Every structure of the grammar is accepted and has its kind",
        arguments: [
            ("null", .null), ("true", .true), ("false", .false), (#""""#, .string), (#" "x" "#, .string),
            ("[]", .array), ("[ ]", .array), ("{}", .object), ("{ }", .object), ("[[]]", .array),
            ("[[],[],{}]", .array),
            ("[1]", .array), ("[null,1,\"1\",{}]", .array), ("[1\n]", .array), (" [1] ", .array),
            (#"{"a":1}"#, .object), (#"{"":0}"#, .object), (#"{"a":[]}"#, .object),
            ("{\n\"a\"\t:\r1 , \"b\" : 2 }", .object),
            (#"{"\u0000":1}"#, .object), ("\t\n\r 1\t\n\r ", .integer),
        ] as [(SourceText, JSONKind)])
    func structure(text: SourceText, kind: JSONKind) throws {
        let root = try JSONDocument(parsing: text.bytes).root
        #expect(root.kind == kind)
        #expect(root.isNull == (kind == .null))
        #expect(root.bool == (kind == .true ? true : kind == .false ? false : nil))
        #expect((root.elements == nil) == (kind != .array))
        #expect((root.members == nil) == (kind != .object))
        #expect((root.string == nil) == (kind != .string))
    }

    @Test(
        "A string's content is unescaped",
        arguments: [
            (#""""#, ""), (#""abc""#, "abc"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0000""#, "\0"),
            (#""\u0041\u00e9\u20AC""#, "Aé€"), (#""\uD834\udd1e""#, "𝄞"), (#""\ud800\udc00""#, "\u{10000}"),
            (#""\uDBFF\uDFFF""#, "\u{10FFFF}"), (#""\uFFFF\ufffe""#, "\u{FFFF}\u{FFFE}"),
            (#""\ud7ff\ue000""#, "\u{D7FF}\u{E000}"),
            (#""a\u007F\u0080\u07FF\u0800z""#, "a\u{7F}\u{80}\u{7FF}\u{800}z"), (#""\\u0041""#, "\\u0041"),
            (#""\\n""#, "\\n"),
            (#""'""#, "'"), ("\"/*x*/\"", "/*x*/"), ("\"\u{7F}\"", "\u{7F}"), ("\"é水😀\"", "é水😀"),
            ("\"\u{80}\u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}\"", "\u{80}\u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}"),
            ("\"\u{D7FF}\u{E000}\u{2028}\u{2029}\u{FEFF}\"", "\u{D7FF}\u{E000}\u{2028}\u{2029}\u{FEFF}"),
            (#""😀\n😀é\t""#, "😀\n😀é\t"), (#""12345678\n12345678""#, "12345678\n12345678"),
        ] as [(SourceText, String)])
    func strings(text: SourceText, content: String) throws {
        let root = try JSONDocument(parsing: text.bytes).root
        #expect(root.kind == .string)
        #expect(root.withStringBytes { Array($0) } == Array(content.utf8))
        #expect(root.string == content)
        #expect(root.isString(content))
        #expect(!root.isString(content + "x"))
        #expect(!root.isString("x" + content.dropFirst()) || content.hasPrefix("x"))
    }

    @Test("Every scalar of Unicode is accepted as it stands and as an escape")
    func everyScalar() throws {
        for first in stride(from: UInt32(0x20), through: 0x10FFFF, by: 256) {
            var plain: [UInt8] = [0x22]
            var escaped: [UInt8] = [0x22]
            var content = ""
            for scalar in (first..<first + 256).compactMap(Unicode.Scalar.init) where scalar != "\"" && scalar != "\\" {
                content.unicodeScalars.append(scalar)
                plain.append(contentsOf: UTF8.encode(scalar)!)
                for unit in UTF16.encode(scalar)! {
                    let digits = String(unit, radix: 16)
                    escaped.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
                }
            }
            let expected = Array(content.utf8)
            let fromPlain = try JSONDocument(parsing: plain + [0x22])
            let fromEscaped = try JSONDocument(parsing: escaped + [0x22])
            #expect(fromPlain.root.withStringBytes { $0.elementsEqual(expected) } == true)
            #expect(fromEscaped.root.withStringBytes { $0.elementsEqual(expected) } == true)
        }
    }

    @Test("A byte that ends a run of plain ones is found wherever it stands in a word", arguments: 0..<24)
    func specialBytesAtEveryPosition(position: Int) throws {
        // Each neighbour of a special byte's value, in the places around it, must not be mistaken for it.
        let neighbours: [UInt8] = [0x20, 0x21, 0x23, 0x5B, 0x5D, 0x7F, 0x60]
        for neighbour in neighbours {
            let padding = [UInt8](repeating: neighbour, count: position)
            for special in [Array(#"\""#.utf8), Array(#"\\"#.utf8), Array("é".utf8), Array("\u{10FFFF}".utf8)] {
                let content = padding + special + padding
                let root = try JSONDocument(parsing: SourceText.quoted(content).bytes).root
                let unescaped = special[0] == 0x5C ? [special[1]] : special
                #expect(root.withStringBytes { Array($0) } == padding + unescaped + padding)
            }
            for control in [0x00, 0x01, 0x1F] as [UInt8] {
                #expect(throws: JSONError(.controlCharacter, at: 1 + position)) {
                    try JSONDocument(parsing: SourceText.quoted(padding + [control] + padding).bytes)
                }
            }
        }
    }

    @Test("A text may be given as a string")
    func stringInput() throws {
        let document = try JSONDocument(parsing: #"{"grüße": "水"}"#)
        #expect(document.root["grüße"]?.string == "水")
    }
}
