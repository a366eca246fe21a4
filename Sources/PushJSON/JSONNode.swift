/// One value in a document's flat list: children follow their container, keys precede their values.
///
/// Sixteen bytes, since a text of small values has a node for every other byte.
@usableFromInline
package struct JSONNode {
    /// The kind in the upper three bits, the first byte of the value in the source (a string's opening quote) below.
    @usableFromInline let head: UInt32
    /// One past the last byte in the source; 0 in a container that is still open.
    @usableFromInline var end: UInt32
    /// A container: the nodes of its subtree, its own included (while it is open: its parent). An escaped string: where its
    /// content starts in the document's text.
    @usableFromInline var link: UInt32 = 0
    /// A container: its elements or members. An escaped string: the bytes of its content.
    @usableFromInline var size: UInt32

    /// The `size` of a string without escapes, whose content stands between its quotes in the source.
    @inlinable
    static var plain: UInt32 { .max }
    /// The `link` of the outermost container while it is open.
    static let noParent = UInt32.max
    /// The longest text whose offsets fit.
    static let maximumByteCount = (1 << 29) - 1

    @inlinable
    static var startBits: UInt32 { 29 }

    init(_ kind: JSONKind, start: Int, end: Int, link: UInt32 = 0, size: UInt32 = 0) {
        head = UInt32(kind.rawValue) << Self.startBits | UInt32(truncatingIfNeeded: start)
        self.end = UInt32(truncatingIfNeeded: end)
        self.link = link
        self.size = size
    }

    /// A kind without payload is its raw value in memory; `init(rawValue:)` would be a switch on the hottest path.
    @inlinable
    var kind: JSONKind { unsafeBitCast(UInt8(truncatingIfNeeded: head >> Self.startBits), to: JSONKind.self) }

    @inlinable
    var start: Int { Int(head & ((1 << Self.startBits) - 1)) }

    /// Whether this is an array or an object, the last two kinds.
    var isContainer: Bool { head >> Self.startBits >= UInt32(JSONKind.array.rawValue) }

    /// Whether a string has no escapes.
    @inlinable
    var isPlainString: Bool { size == Self.plain }

    /// The nodes of this value and of what is in it.
    var span: Int { isContainer ? Int(link) : 1 }
}
