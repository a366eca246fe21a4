/// The elements of an array, in order.
public struct JSONElements: Sequence, IteratorProtocol, Sendable {
    private let document: JSONDocument
    private var position: Int
    private let end: Int

    init(_ array: JSONValue) {
        document = array.document
        position = array.index + 1
        end = Int(document.nodes[array.index].link)
    }

    public mutating func next() -> JSONValue? {
        guard position < end else { return nil }
        let element = position
        position = document.nodes[element].next(after: element)
        return JSONValue(document: document, index: element)
    }
}
