import PushRules
import Testing

@Suite struct KeywordTests {
    @Test(arguments: [
        ("cake", "I like Cake.", true), ("cake", "I like cakes.", false), ("CAKE", "cake", true),
        ("birthday cake", "a Birthday Cake!", true), ("birthday cake", "birthday  cake", false),
        ("birthday cake", "birthday and cake", false), ("cake*lie", "the cake is a lie", true),
        ("cake*lie", "the lie is a cake", false), ("äpfel", "ÄPFEL", true), ("c++", "C++?", true), ("猫", "黒猫です", true),
        ("привет", "ПРИВЕТ, мир", true), ("a-b", "x a-b y", true), ("a-b", "xa-b", false), ("", "x", true),
        ("?", "x y", true),
    ])
    func contentRulesLookForTheirPattern(pattern: String, body: String, expected: Bool) throws {
        #expect(try matches(keyword(pattern), message(body)) == expected)
        // The same pattern as a condition, on the same property and on the same property written with an escape.
        let condition = #"{"kind":"event_match","key":"content.body","pattern":"\#(pattern)"}"#
        #expect(try matches(override(condition), message(body)) == expected)
    }

    @Test func onlyContentBodyIsMatchedByWords() throws {
        let event = #"{"content":{"topic":"I like cake","x":{"body":"I like cake"}},"body":"I like cake"}"#
        for key in ["content.topic", "content.x.body", "body"] {
            #expect(try !matches(override(#"{"kind":"event_match","key":"\#(key)","pattern":"cake"}"#), event))
            #expect(try matches(override(#"{"kind":"event_match","key":"\#(key)","pattern":"*cake"}"#), event))
        }
    }

    @Test func bodiesThatAreNoStringsMatchNothing() throws {
        for body in ["1", "null", #"["cake"]"#, #"{"cake":"cake"}"#] {
            #expect(try !matches(keyword("*"), #"{"type":"m.room.message","content":{"body":\#(body)}}"#))
        }
        #expect(try !matches(keyword("*"), #"{"type":"m.room.message","content":{}}"#))
    }

    @Test func aBodyOfManyWordsIsIndexedWhole() throws {
        let body = (0..<3000).map { "word\($0)" }.joined(separator: " ")
        #expect(try matches(keyword("word0"), message(body)))
        #expect(try matches(keyword("word2999"), message(body)))
        #expect(try !matches(keyword("word3000"), message(body)))
        #expect(try matches(keyword("word1499 word1500"), message(body)))
    }

    @Test func rulesMadeToBeSlowStopMatching() throws {
        let slow = String(repeating: "?", count: 500) + "é"
        let rules = (0..<100).map { #"{"rule_id":"slow\#($0)","actions":["notify"],"pattern":"\#(slow)"}"# }
        let last = #"{"rule_id":"test","actions":["notify"],"pattern":"?nd"}"#
        let ruleset = #"{"global":{"content":[\#((rules + [last]).joined(separator: ","))]}}"#
        let body = String(repeating: "a ", count: 2000)
        #expect(try matches(ruleset, message("the ?nd of end")))
        #expect(try rule(message(body + "end"), ruleset: ruleset) == ".m.rule.message")
    }
}
