/// The members of an object, in source order.
public struct JSONMembers: Sequence, IteratorProtocol, Sendable {
    private let document: JSONDocument
    private var position: Int
    private let end: Int

    init(_ object: JSONValue) {
        document = object.document
        position = object.index + 1
        end = Int(document.nodes[object.index].link)
    }

    /// The next member; its key is a string value.
    public mutating func next() -> (key: JSONValue, value: JSONValue)? {
        guard position < end else { return nil }
        let key = JSONValue(document: document, index: position)
        let value = JSONValue(document: document, index: position + 1)
        position = document.nodes[value.index].next(after: value.index)
        return (key, value)
    }
}
