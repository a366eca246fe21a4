/// A value inside a ``JSONDocument`` without a hold on it: valid only while someone else keeps the document alive.
///
/// Copied and dropped for nothing, where each copy of a ``JSONValue`` counts a reference. Who keeps views keeps their
/// document beside them, and says so where they stand.
///
/// `@unchecked Sendable`: what the pointers lead to is never changed.
@usableFromInline  // Else other modules inline none of its members.
package struct JSONView: @unchecked Sendable {
    @usableFromInline let text: UnsafePointer<UInt8>
    @usableFromInline let node: UnsafePointer<JSONNode>

    @inlinable
    init(text: UnsafePointer<UInt8>, node: UnsafePointer<JSONNode>) {
        self.text = text
        self.node = node
    }

    @inlinable
    @inline(__always)
    package var kind: JSONKind { node.pointee.kind }

    @inlinable
    package var isNull: Bool { kind == .null }

    /// The value of `true` or `false`; nil for anything else.
    package var bool: Bool? {
        switch kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// The value of an integer within ±(2^53 − 1); nil for anything else, also for `1.0` and `1e2`.
    package var integer: Int64? {
        let node = node.pointee
        guard node.kind == .integer else { return nil }
        let negative = text[node.start] == UInt8(ascii: "-")
        var value: Int64 = 0
        for position in (negative ? node.start + 1 : node.start)..<Int(node.end) {
            value = value &* 10 &+ Int64(text[position] &- UInt8(ascii: "0"))
        }
        return negative ? -value : value
    }

    /// Number of elements of an array or members of an object, repeated keys included; 0 for anything else.
    package var count: Int {
        let node = node.pointee
        return node.isContainer ? Int(node.size) : 0
    }

    /// The bytes of this value as they stand in the source.
    @inlinable
    @inline(__always)
    package var source: UnsafeBufferPointer<UInt8> {
        let node = node.pointee
        return UnsafeBufferPointer(start: text + node.start, count: Int(node.end) &- node.start)
    }

    // MARK: Strings

    /// A string's unescaped content as UTF-8; nil for anything that is no string.
    @inlinable
    @inline(__always)
    package var content: UnsafeBufferPointer<UInt8>? { kind == .string ? stringBytes : nil }

    /// The same, empty for anything that is no string.
    @inlinable
    @inline(__always)
    package var utf8: UnsafeBufferPointer<UInt8> { content ?? UnsafeBufferPointer(start: nil, count: 0) }

    /// The content of what is known to be a string.
    @inlinable
    @inline(__always)
    var stringBytes: UnsafeBufferPointer<UInt8> {
        let node = node.pointee
        return node.isPlainString
            ? UnsafeBufferPointer(start: text + node.start + 1, count: Int(node.end) &- node.start &- 2)
            : UnsafeBufferPointer(start: text + Int(node.link), count: Int(node.size))
    }

    /// The content of a string, unescaped; nil for anything else.
    package var string: String? { content.map { String(decoding: $0, as: UTF8.self) } }

    /// Whether this is a string with exactly this content.
    @inlinable
    package func isString(_ text: StaticString) -> Bool {
        isString(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Whether this is a string with exactly this content.
    @inlinable
    package func isString(_ text: UnsafeBufferPointer<UInt8>) -> Bool { content?.hasSameBytes(as: text) ?? false }

    /// Whether both are strings of the same bytes.
    @inlinable
    package func hasSameContent(as other: JSONView) -> Bool { other.content.map { isString($0) } ?? false }
}
