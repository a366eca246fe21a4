import PushJSON
import Testing

@Suite struct RoundTripTests {
    @Test("A tree that is written parses to the same tree, and each value's bytes parse alone", arguments: 0..<20)
    func roundTrip(seed: Int) throws {
        var documents = RandomJSON(seed: 1000 + UInt64(seed))
        var writer = JSONWriter()
        for _ in 0..<100 {
            let root = try JSONDocument(parsing: documents.document()).root
            let tree = JSONTree(root)
            writer.removeAll()
            tree.write(to: &writer)
            #expect(JSONTree(try JSONDocument(parsing: writer.bytes).root) == tree)

            writer.removeAll()
            writer.value(root)
            #expect(writer.bytes.elementsEqual(root.sourceBytes))
            try expectStandsAlone(root)
        }
    }

    private func expectStandsAlone(_ value: JSONValue) throws {
        let alone = try JSONDocument(parsing: Array(value.sourceBytes)).root
        #expect(JSONTree(alone) == JSONTree(value))
        #expect(alone.sourceBytes.elementsEqual(value.sourceBytes))
        for element in value.elements.map(Array.init) ?? [] { try expectStandsAlone(element) }
        for member in value.members.map(Array.init) ?? [] {
            try expectStandsAlone(member.key)
            try expectStandsAlone(member.value)
        }
    }
}
