import PushJSON
import Testing

@Suite struct WriterTests {
    private func written(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        write(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("Commas stand between values and nowhere else")
    func structure() {
        let text = written { writer in
            writer.beginObject()
            writer.key("empty")
            writer.beginObject()
            writer.endObject()
            writer.key("list")
            writer.beginArray()
            writer.value(1)
            writer.beginArray()
            writer.endArray()
            writer.beginObject()
            writer.key("a")
            writer.null()
            writer.endObject()
            writer.value(true)
            writer.value(false)
            writer.endArray()
            writer.key("last")
            writer.value("x")
            writer.endObject()
        }
        #expect(text == #"{"empty":{},"list":[1,[],{"a":null},true,false],"last":"x"}"#)
    }

    @Test(
        "Strings are escaped where they must be and nowhere else",
        arguments: [
            ("", #""""#), ("abc", #""abc""#), ("\"", #""\"""#), ("\\", #""\\""#), ("/", #""/""#),
            ("\u{8}\u{9}\u{A}\u{C}\u{D}", #""\b\t\n\f\r""#),
            ("\0\u{1}\u{B}\u{E}\u{1F}", #""\u0000\u0001\u000b\u000e\u001f""#),
            ("\u{7F}\u{80}\u{2028}", "\"\u{7F}\u{80}\u{2028}\""),
            ("é水😀", "\"é水😀\""), ("1234567\"12345678\\é\n", #""1234567\"12345678\\é\n""#), ("\n\n\"\"", #""\n\n\"\"""#),
        ])
    func strings(content: String, text: String) {
        #expect(written { $0.value(content) } == text)
        var bytes = Array(content.utf8)
        #expect(
            written { writer in bytes.withUnsafeMutableBufferPointer { writer.value(utf8: UnsafeBufferPointer($0)) } }
                == text)
        #expect(
            written { writer in
                writer.beginObject()
                writer.key(content)
                writer.value(1)
                writer.endObject()
            } == "{\(text):1}")
    }

    @Test("An empty buffer is an empty string")
    func emptyBuffer() {
        #expect(written { $0.value(utf8: UnsafeBufferPointer(start: nil, count: 0)) } == #""""#)
    }

    @Test("A special byte is escaped wherever it stands in a word", arguments: 0..<20)
    func specialBytesAtEveryPosition(position: Int) throws {
        for neighbour in ["\u{20}", "!", "#", "[", "]", "é", "\u{7F}"] {
            let padding = String(repeating: neighbour, count: position)
            #expect(written { $0.value(padding + "\"" + padding) } == "\"\(padding)\\\"\(padding)\"")
            #expect(written { $0.value(padding + "\\" + padding) } == "\"\(padding)\\\\\(padding)\"")
            #expect(written { $0.value(padding + "\u{1F}" + padding) } == "\"\(padding)\\u001f\(padding)\"")
        }
    }

    @Test(
        "Integers are written in full",
        arguments: [0, 1, -1, 9, 10, -10, 99, 100, 1_700_000_000_000, .max, .min] as [Int64])
    func integers(value: Int64) {
        #expect(written { $0.value(value) } == "\(value)")
        #expect(written { $0.value(Int(value)) } == "\(value)")
    }

    @Test(
        "Milliseconds are written as seconds with three decimals",
        arguments: [
            (0, "0.000"), (1, "0.001"), (-5, "-0.005"), (10, "0.010"), (999, "0.999"), (1000, "1.000"), (1050, "1.050"),
            (-61_020, "-61.020"),
            (.max, "9223372036854775.807"), (.min, "-9223372036854775.808"),
        ] as [(Int64, String)])
    func milliseconds(value: Int64, text: String) {
        #expect(written { $0.value(milliseconds: value) } == text)
    }

    @Test("Raw JSON goes in as it is, from any collection, and counts as a value")
    func raw() throws {
        let value = try JSONDocument(parsing: #"{"a": [1.0, 1e2 ]}"#).root["a"]!
        let text = written { writer in
            writer.beginArray()
            writer.raw(Array("1".utf8))
            writer.raw("{ }".utf8)
            writer.raw(value.sourceBytes)
            writer.raw(Array("3 2".utf8).reversed())
            writer.value(value)
            writer.endArray()
        }
        #expect(text == "[1,{ },[1.0, 1e2 ],2 3,[1.0, 1e2 ]]")
    }

    @Test("An emptied writer starts afresh and keeps its buffer")
    func reuse() {
        var writer = JSONWriter(reservingCapacity: 1000)
        writer.beginArray()
        writer.value(1)
        let capacity = writer.bytes.capacity
        writer.removeAll()
        #expect(writer.bytes.isEmpty)
        writer.beginObject()
        writer.key("a")
        writer.removeAll()
        writer.value("x")
        #expect(writer.bytes == Array(#""x""#.utf8))
        #expect(writer.bytes.capacity == capacity)
    }

    @Test("Bytes taken from a writer stay as they were")
    func takenBytes() {
        var writer = JSONWriter()
        writer.value(1)
        let taken = writer.bytes
        writer.removeAll()
        writer.value(2)
        #expect(taken == Array("1".utf8))
    }
}
