import PushJSON
import Testing

@Suite struct ValueTests {
    static let text = #"""
         {"event_id" : "$e:x", "content":{ "body":"a\"b\n", "n" :[ 1,-2.50, {} ,[]] , "k\u0065y": true}, "big":12345678901234567890123
        , "last":null }
        """#

    @Test(
        "A subtree's bytes are given back as they were written",
        arguments: [
            (["event_id"], #""$e:x""#),
            (["content"], #"{ "body":"a\"b\n", "n" :[ 1,-2.50, {} ,[]] , "k\u0065y": true}"#),
            (["content", "body"], #""a\"b\n""#), (["content", "n"], "[ 1,-2.50, {} ,[]]"),
            (["content", "key"], "true"),
            (["big"], "12345678901234567890123"), (["last"], "null"),
        ])
    func sourceBytes(path: [String], bytes: String) throws {
        let root = try JSONDocument(parsing: Self.text).root
        let value = try #require(path.reduce(root) { value, key in value?[key] } as JSONValue?)
        #expect(String(decoding: value.sourceBytes, as: UTF8.self) == bytes)
    }

    @Test("The root's bytes are the text without the whitespace around it")
    func rootBytes() throws {
        let root = try JSONDocument(parsing: " \n[ 1 ]\t").root
        #expect(String(decoding: root.sourceBytes, as: UTF8.self) == "[ 1 ]")
        #expect(root.sourceRange == 2..<7)
    }

    @Test("Elements come in order, whatever is nested in them")
    func elements() throws {
        let root = try JSONDocument(parsing: #"[[],[[1],2],{"a":[3]},"x",[[[]]],4]"#).root
        #expect(root.count == 6)
        #expect(root.elements?.map { $0.count } == [0, 2, 1, 0, 1, 0])
        #expect(root.elements?.map { $0.kind } == [.array, .array, .object, .string, .array, .integer])
        #expect(root["a"] == nil)
    }

    @Test("Members come in order, and lookup skips what is nested in them")
    func members() throws {
        let root = try JSONDocument(parsing: #"{"a":{"x":1,"y":[{"x":2}]},"":{},"x":3,"b":[{"x":4}]}"#).root
        #expect(root.members?.map { $0.key.string } == ["a", "", "x", "b"])
        #expect(root["x"]?.integer == 3)
        #expect(root["y"] == nil)
        #expect(root["a"]?["x"]?.integer == 1)
        #expect(root["a"]?["y"]?.count == 1)
        #expect(root["b"]?["x"] == nil)
    }

    @Test("A key is found by its unescaped content, also where it is a part or an extension of another")
    func keys() throws {
        let root = try JSONDocument(
            parsing: #"{"type":1,"typ":2,"types":3,"\u0074\u0079pe2":4,"a\/b":5,"\\":6,"\ud83d\ude00":7}"#
        ).root
        for (key, value) in [("type", 1), ("typ", 2), ("types", 3), ("type2", 4), ("a/b", 5), ("\\", 6), ("😀", 7)] {
            #expect(root[key]?.integer == Int64(value))
            let found = Array(key.utf8).withUnsafeBufferPointer { root[keyBytes: $0]?.integer }
            #expect(found == Int64(value))
        }
        for key in ["", "t", "typ\0", "typee", "a\\/b", "\\\\", "Type"] { #expect(root[key] == nil) }
    }

    @Test("Nothing of one kind is taken for another", arguments: ["null", "true", "0", "0.5", #""a""#, "[]", "{}"])
    func kinds(text: String) throws {
        let value = try JSONDocument(parsing: text).root
        let readings = [
            value.isNull, value.bool != nil, value.integer != nil, value.string != nil, value.elements != nil,
            value.members != nil,
        ]
        #expect(readings.filter { $0 }.count == (value.kind == .number ? 0 : 1))
        #expect(value.count == 0)
        #expect(value["a"] == nil)
        #expect(value.isString("a") == (value.kind == .string))
        #expect(!value.isString("") && !value.isString(text))
    }

    @Test("A value keeps its document alive")
    func ownership() throws {
        func body() throws -> JSONValue { try JSONDocument(parsing: Self.text).root["content"]!["body"]! }
        #expect(try body().string == "a\"b\n")
    }

    @Test("What the body of withStringBytes throws comes through")
    func errorsOfTheBody() throws {
        struct Stop: Error {}
        let value = try JSONDocument(parsing: #""x""#).root
        #expect(throws: Stop.self) { try value.withStringBytes { _ in throw Stop() } }
    }

    @Test("A large text is read whole")
    func large() throws {
        let element = #"{"key":"a\tb","n":[1,2,3]}"#
        let text = "[" + Array(repeating: element, count: 20_000).joined(separator: ",") + "]"
        let root = try JSONDocument(parsing: text).root
        #expect(root.count == 20_000)
        var seen = 0
        for value in root.elements! where value["key"]?.isString("a\tb") == true && value["n"]?.count == 3 { seen += 1 }
        #expect(seen == 20_000)
    }
}
