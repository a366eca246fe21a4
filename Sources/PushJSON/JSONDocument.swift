/// A parsed JSON text: the source bytes and a flat list of nodes over them.
///
/// Values are views; the document owns the bytes, so any subtree can be given back as it was written.
///
/// `@unchecked Sendable`: what the pointers lead to is never changed after `init`. They are no arrays, since each look at
/// an array of a class retains it, and values look a hundred times an event.
public final class JSONDocument: @unchecked Sendable {
    /// Deepest nesting of arrays and objects that is accepted.
    public static let maximumDepth = 128
    /// The longest text that is accepted, in bytes.
    public static let maximumByteCount = JSONNode.maximumByteCount

    /// The source, then the contents of strings that have escapes, unescaped, one after the other.
    let text: UnsafePointer<UInt8>
    let nodes: UnsafePointer<JSONNode>

    /// Parses a complete JSON text (RFC 8259, UTF-8, no byte order mark).
    ///
    /// Of members with the same key the last one counts; lone surrogates are refused, as Matrix strings are UTF-8.
    /// - Parameters:
    ///   - maximumDepth: the deepest nesting to accept.
    ///   - maximumByteCount: the longest text to accept, at most ``maximumByteCount``.
    /// - Throws: ``JSONError`` with the offset of the first byte that is wrong.
    public init(
        parsing source: [UInt8], maximumDepth: Int = JSONDocument.maximumDepth,
        maximumByteCount: Int = JSONDocument.maximumByteCount
    ) throws(JSONError) {
        let byteLimit = min(maximumByteCount, JSONDocument.maximumByteCount)
        guard source.count <= byteLimit else { throw JSONError(.tooLarge, at: byteLimit) }
        (text, nodes) = try source.withUnsafeBufferPointer { bytes throws(JSONError) in
            var parser = JSONParser(bytes, maximumDepth: maximumDepth)
            try parser.parseText()
            return parser.finish()
        }
    }

    deinit {
        text.deallocate()
        nodes.deallocate()
    }

    /// Parses a JSON text held in a string.
    /// - Throws: ``JSONError`` with the offset of the first byte that is wrong.
    public convenience init(parsing text: String) throws(JSONError) {
        try self.init(parsing: Array(text.utf8))
    }

    /// The outermost value.
    public var root: JSONValue { JSONValue(self, JSONView(text: text, node: nodes)) }
}
