/// Several members of one object, found in one pass over it.
public struct JSONMemberTable: ~Copyable, Sendable {
    /// Most keys of a table.
    public static let capacity = 12

    /// The keys of a table in the order of their places; made once and kept.
    public struct Keys: Sendable {
        let index: JSONKeyIndex

        public init(_ texts: StaticString...) {
            precondition(texts.count <= JSONMemberTable.capacity, "a table of members has \(capacity) keys at most")
            index = JSONKeyIndex(texts)
        }

        public var count: Int { index.count }
    }

    private let document: JSONDocument
    private let views: JSONMemberViews

    fileprivate init(_ object: JSONValue, _ keys: Keys) {
        document = object.document
        views = object.view.members(keys)
    }

    /// The value at a key's place, the last one where the key is repeated; nil where there is none.
    public subscript(place: Int) -> JSONValue? {
        views[place].map { JSONValue(document, $0) }
    }
}

extension JSONValue {
    /// Looks several members up at once; anything that is no object has none.
    public func members(_ keys: JSONMemberTable.Keys) -> JSONMemberTable {
        JSONMemberTable(self, keys)
    }
}
