/// A value inside a ``JSONDocument``; cheap to copy, keeps its document alive.
public struct JSONValue: Sendable {
    @usableFromInline
    let document: JSONDocument
    let index: Int

    private var node: JSONNode { document.nodes[index] }

    public var kind: JSONKind { node.kind }

    public var isNull: Bool { kind == .null }

    /// The value of `true` or `false`; nil for anything else.
    public var bool: Bool? {
        switch kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// The value of an integer within ±(2^53 − 1); nil for anything else, also for `1.0` and `1e2`.
    public var integer: Int64? {
        let node = node
        guard node.kind == .integer else { return nil }
        let negative = document.text[node.start] == UInt8(ascii: "-")
        var value: Int64 = 0
        for position in (negative ? node.start + 1 : node.start)..<Int(node.end) {
            value = value &* 10 &+ Int64(document.text[position] &- UInt8(ascii: "0"))
        }
        return negative ? -value : value
    }

    /// A copy of the bytes of this value as they stand in the source.
    public var sourceBytes: [UInt8] { withSourceBytes { Array($0) } }

    /// Where the bytes of this value stand in the source.
    public var sourceRange: Range<Int> { node.start..<Int(node.end) }

    /// Calls `body` with the bytes of this value as they stand in the source.
    @inlinable
    public func withSourceBytes<Result, Failure>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(document) {} }
        return try body(source)
    }

    /// The bytes of this value as they stand in the source, only while the document lives.
    package var unsafeSource: UnsafeBufferPointer<UInt8> { source }

    @usableFromInline
    var source: UnsafeBufferPointer<UInt8> {
        let range = sourceRange
        return UnsafeBufferPointer(start: document.text + range.lowerBound, count: range.count)
    }

    /// Number of elements of an array or members of an object, repeated keys included; 0 for anything else.
    public var count: Int {
        let node = node
        return node.isContainer ? Int(node.size) : 0
    }

    /// The elements of an array; nil for anything else.
    public var elements: JSONElements? { kind == .array ? JSONElements(self) : nil }

    /// The members of an object in source order, repeated keys included; nil for anything else.
    public var members: JSONMembers? { kind == .object ? JSONMembers(self) : nil }

    /// The member of an object with this key, the last one where the key is repeated; nil where there is none.
    public subscript(key: String) -> JSONValue? {
        var key = key
        return key.withUTF8 { self[keyBytes: $0] }
    }

    /// The member of an object whose unescaped key has these bytes, the last one where the key is repeated.
    public subscript(keyBytes key: UnsafeBufferPointer<UInt8>) -> JSONValue? {
        guard kind == .object, let member = document.lastMember(of: index, key: key) else { return nil }
        return JSONValue(document: document, index: member)
    }
}
