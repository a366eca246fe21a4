/// A value inside a ``JSONDocument``; cheap to copy, keeps its document alive.
public struct JSONValue: Sendable {
    @usableFromInline
    package let document: JSONDocument
    /// The same without the document: only while this is alive, too.
    package let view: JSONView

    /// - Parameter view: A value of this document.
    package init(_ document: JSONDocument, _ view: JSONView) {
        self.document = document
        self.view = view
    }

    public var kind: JSONKind { read { $0.kind } }

    public var isNull: Bool { kind == .null }

    /// The value of `true` or `false`; nil for anything else.
    public var bool: Bool? { read { $0.bool } }

    /// The value of an integer within ±(2^53 − 1); nil for anything else, also for `1.0` and `1e2`.
    public var integer: Int64? { read { $0.integer } }

    /// A copy of the bytes of this value as they stand in the source.
    public var sourceBytes: [UInt8] { withSourceBytes { Array($0) } }

    /// Where the bytes of this value stand in the source.
    public var sourceRange: Range<Int> {
        read { view in
            let node = view.node.pointee
            return node.start..<Int(node.end)
        }
    }

    /// Calls `body` with the bytes of this value as they stand in the source.
    @inlinable
    public func withSourceBytes<Result, Failure>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(document) {} }
        return try body(source)
    }

    /// Number of elements of an array or members of an object, repeated keys included; 0 for anything else.
    public var count: Int { read { $0.count } }

    /// The elements of an array; nil for anything else.
    public var elements: JSONElements? { read { $0.elements }.map { JSONElements(document, $0) } }

    /// The members of an object in source order, repeated keys included; nil for anything else.
    public var members: JSONMembers? { read { $0.members }.map { JSONMembers(document, $0) } }

    /// The member of an object with this key, the last one where the key is repeated; nil where there is none.
    public subscript(key: String) -> JSONValue? {
        var key = key
        return key.withUTF8 { self[keyBytes: $0] }
    }

    /// The member of an object whose unescaped key has these bytes, the last one where the key is repeated.
    public subscript(keyBytes key: UnsafeBufferPointer<UInt8>) -> JSONValue? {
        read { $0[keyBytes: key] }.map { JSONValue(document, $0) }
    }

    /// Looks at the value with the document kept meanwhile.
    @inline(__always)
    func read<Result>(_ body: (JSONView) -> Result) -> Result {
        defer { withExtendedLifetime(document) {} }
        return body(view)
    }

    /// The bytes of this value as they stand in the source, only while the document lives.
    @usableFromInline
    var source: UnsafeBufferPointer<UInt8> { view.source }
}
