import PushJSON
import PushRules
import Testing

@Suite struct FoldedPropertyTests {
    /// More properties than there are places for, and more bytes than there is room for beside them.
    @Test(arguments: ["A", "ABCDEFGHI", String(repeating: "LONG TEXT ", count: 30), "ÄPFEL", ""])
    func everyPropertyMatchesItsOwnPatternWhateverWasFoldedBefore(text: String) throws {
        let count = 90
        let members = (0..<count).map { #""p\#($0)":"\#(text)\#($0)""# }.joined(separator: ",")
        let body = String(repeating: "Hello THERE ", count: 120)
        let event = try PushEvent(
            event: json(
                #"{"type":"M.Type","sender":"@a:x","content":{"body":"\#(body)","msgtype":"\#(text)",\#(members)}}"#))
        func matches(_ key: String, _ pattern: String) throws -> Bool {
            let ruleset = override(#"{"kind":"event_match","key":"\#(key)","pattern":"\#(pattern)"}"#)
            return try CompiledRuleset.compiling(PushRuleset(parsing: json(ruleset)))
                .evaluate(event, recipient: bob).rule?.ruleID == "test"
        }
        for _ in 0..<2 {
            for place in 0..<count { #expect(try matches("content.p\(place)", text.lowercased() + "\(place)")) }
            #expect(try matches("type", "m.tYPE"))
            #expect(try matches("content.body", "THERE hello"))
            #expect(try matches("content.msgtype", text.lowercased()))
            #expect(try !matches("content.p1", text + "2"))
        }
    }
}
