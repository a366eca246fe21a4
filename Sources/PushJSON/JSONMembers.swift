/// The members of an object, in source order.
public struct JSONMembers: Sequence, IteratorProtocol, Sendable {
    private let document: JSONDocument
    private var views: JSONView.Members

    init(_ document: JSONDocument, _ views: JSONView.Members) {
        self.document = document
        self.views = views
    }

    /// The next member; its key is a string value.
    public mutating func next() -> (key: JSONValue, value: JSONValue)? {
        views.next().map { (JSONValue(document, $0.key), JSONValue(document, $0.value)) }
    }
}
