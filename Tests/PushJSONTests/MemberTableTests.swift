import PushJSON
import Testing

@Suite struct MemberTableTests {
    private static let keys = JSONMemberTable.Keys(
        "type", "body", "sender", "content", "room_id", "", "a_key_of_thirty_one_bytes_in_all",
        "another_key_that_is_longer_than_the_others", "a_third_key_that_has_the_length_of_another")

    /// The integers at the table's places.
    private func integers(_ text: String) throws -> [Int64?] {
        let root = try JSONDocument(parsing: text).root
        let table = root.members(Self.keys)
        let values = (0..<Self.keys.count).map { table[$0]?.integer }
        withExtendedLifetime(root) {
            let views = root.view.members(Self.keys)
            #expect((0..<Self.keys.count).map { views[$0]?.integer } == values)
        }
        return values
    }

    @Test(
        "Each key finds its own member, also among keys of its length",
        arguments: [
            (#"{"type":1,"body":2,"sender":3,"content":4,"room_id":5,"":6}"#, [1, 2, 3, 4, 5, 6, nil, nil, nil]),
            (#"{"":6,"room_id":5,"body":2}"#, [nil, 2, nil, nil, 5, 6, nil, nil, nil]),
            (#"{"a_key_of_thirty_one_bytes_in_all":7}"#, [nil, nil, nil, nil, nil, nil, 7, nil, nil]),
            (
                #"{"another_key_that_is_longer_than_the_others":8,"a_third_key_that_has_the_length_of_another":9}"#,
                [nil, nil, nil, nil, nil, nil, nil, 8, 9]
            ),
            (#"{"tyqe":1,"bodx":2,"Sender":3,"contens":4,"rooM_id":5,"x":6}"#, [Int64?](repeating: nil, count: 9)),
            (#"{"another_key_that_is_longer_than_the_otherS":8}"#, [Int64?](repeating: nil, count: 9)),
        ] as [(String, [Int64?])])
    func keysFindTheirMembers(text: String, expected: [Int64?]) throws {
        #expect(try integers(text) == expected)
    }

    @Test("The last member of a key counts, and keys are compared unescaped")
    func repeatedKeys() throws {
        #expect(try integers(#"{"type":1,"body":2,"ty\u0070e":3}"#)[0...1] == [3, 2])
    }

    @Test(
        "Members of members are not found, nor those of anything that is no object",
        arguments: [
            #"{"x":{"type":1},"y":[{"body":2}]}"#, #"["type",1]"#, #""type""#, "null", "5",
        ])
    func othersHaveNone(text: String) throws {
        #expect(try integers(text).allSatisfy { $0 == nil })
    }

    @Test("Texts are the same where all bytes are", arguments: 0...40)
    func bytesAreCompared(count: Int) {
        let text = (0..<count).map { UInt8($0 + 1) }
        func isSame(_ one: [UInt8], _ other: [UInt8]) -> Bool {
            one.withUnsafeBufferPointer { one in other.withUnsafeBufferPointer { one.hasSameBytes(as: $0) } }
        }
        #expect(isSame(text, text))
        #expect(!isSame(text, text + [0]))
        for position in text.indices {
            var other = text
            other[position] ^= 0x80
            #expect(!isSame(text, other))
        }
    }
}
