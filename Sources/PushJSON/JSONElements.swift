/// The elements of an array, in order.
public struct JSONElements: Sequence, IteratorProtocol, Sendable {
    private let document: JSONDocument
    private var views: JSONView.Elements

    init(_ document: JSONDocument, _ views: JSONView.Elements) {
        self.document = document
        self.views = views
    }

    public mutating func next() -> JSONValue? {
        views.next().map { JSONValue(document, $0) }
    }
}
