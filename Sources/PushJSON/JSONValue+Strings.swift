extension JSONValue {
    /// The content of a string, unescaped; nil for anything else.
    public var string: String? { read { $0.string } }

    /// Whether this is a string with exactly this content, byte for byte (no Unicode normalisation).
    public func isString(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { text in read { $0.isString(text) } }
    }

    /// Whether both are strings of the same bytes.
    package func hasSameContent(as other: JSONValue) -> Bool {
        read { view in other.read { view.hasSameContent(as: $0) } }
    }

    /// Bytes of a string's unescaped content in UTF-8; nil for anything else.
    public var stringByteCount: Int? { read { $0.content?.count } }

    /// Calls `body` with a string's unescaped content as UTF-8; returns nil for anything that is no string.
    @inlinable
    public func withStringBytes<Result, Failure>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        guard let content = stringContent else { return nil }
        defer { withExtendedLifetime(document) {} }
        return try body(content)
    }

    /// A string's unescaped content as UTF-8, only while the document lives; nil for anything that is no string.
    @usableFromInline
    var stringContent: UnsafeBufferPointer<UInt8>? { view.content }
}
