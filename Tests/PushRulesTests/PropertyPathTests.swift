import PushJSON
import Testing

@testable import PushRules

@Suite struct PropertyPathTests {
    @Test(arguments: [
        ("content.body", ["content", "body"]), ("type", ["type"]),
        (#"content.m\.relates_to.rel_type"#, ["content", "m.relates_to", "rel_type"]),
        (#"content.m\\foo"#, ["content", #"m\foo"#]), (#"a\\.b"#, [#"a\"#, "b"]), (#"a\x"#, [#"a\x"#]),
        (#"a\"#, [#"a\"#]),
        ("", [""]), ("a..b", ["a", "", "b"]), (".", ["", ""]),
    ])
    func pathsAreSplitAtUnescapedDots(path: String, names: [String]) {
        #expect(PropertyPath(parsing: path).names == names.map { Array($0.utf8) })
    }

    @Test(arguments: ["content.body", #"content.m\.relates_to.rel_type"#, #"a\\.b\.c"#, ""])
    func pathsAreWrittenAsTheyAreRead(path: String) {
        #expect(PropertyPath(parsing: path).text == path)
    }

    @Test func namesAreFollowedThroughObjectsOnly() throws {
        let event = try json(#"{"a":{"b":{"c":1},"b.c":2,"list":[{"x":3}],"s":"t"},"":4,"é":5}"#)
        func value(_ path: String) -> Int64? {
            withExtendedLifetime(event) { PropertyPath(parsing: path).value(in: event.view)?.integer }
        }
        #expect(value("a.b.c") == 1)
        #expect(value(#"a.b\.c"#) == 2)
        #expect(value("a.list.x") == nil)
        #expect(value("a.list.0") == nil)
        #expect(value("a.s.t") == nil)
        #expect(value("") == 4)
        #expect(value("\u{E9}") == 5)
        #expect(value("e\u{301}") == nil)
    }
}
