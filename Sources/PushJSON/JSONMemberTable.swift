/// Several members of one object, found in one pass over it.
public struct JSONMemberTable: ~Copyable, Sendable {
    /// Most keys of a table.
    public static let capacity = 12

    /// The keys of a table in the order of their places; made once and kept.
    public struct Keys: Sendable {
        fileprivate let texts: [StaticString]

        public init(_ texts: StaticString...) {
            precondition(texts.count <= JSONMemberTable.capacity, "a table of members has \(capacity) keys at most")
            self.texts = texts
        }

        public var count: Int { texts.count }
    }

    private let document: JSONDocument
    /// Node of each key's value, 0 where there is none: the first node is never a member.
    private var nodes: InlineArray<12, UInt32>

    fileprivate init(_ document: JSONDocument, _ object: Int, _ keys: Keys) {
        self.document = document
        nodes = InlineArray(repeating: 0)
        keys.texts.withUnsafeBufferPointer { texts in
            document.forEachMember(of: object) { key, value in
                for place in 0..<texts.count where key.isEqual(to: texts[place]) {
                    nodes[place] = UInt32(truncatingIfNeeded: value)
                }
            }
        }
    }

    /// The value at a key's place, the last one where the key is repeated; nil where there is none.
    public subscript(place: Int) -> JSONValue? {
        let node = nodes[place]
        return node == 0 ? nil : JSONValue(document: document, index: Int(node))
    }
}

extension JSONValue {
    /// Looks several members up at once; anything that is no object has none.
    public func members(_ keys: JSONMemberTable.Keys) -> JSONMemberTable {
        JSONMemberTable(document, index, keys)
    }
}

extension UnsafeBufferPointer<UInt8> {
    @inline(__always)
    fileprivate func isEqual(to text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        let other = text.utf8Start
        for offset in 0..<count where self[offset] != other[offset] { return false }
        return true
    }
}
