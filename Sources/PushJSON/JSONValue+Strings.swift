extension JSONValue {
    /// The content of a string, unescaped; nil for anything else.
    public var string: String? {
        withStringBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether this is a string with exactly this content, byte for byte (no Unicode normalisation).
    public func isString(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { document.isString(index, equalTo: $0) }
    }

    /// Bytes of a string's unescaped content in UTF-8; nil for anything else.
    public var stringByteCount: Int? {
        let node = document.nodes[index]
        return node.kind == .string ? node.contentRange.count : nil
    }

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
    package var unsafeContent: UnsafeBufferPointer<UInt8>? { stringContent }

    @usableFromInline
    var stringContent: UnsafeBufferPointer<UInt8>? {
        let node = document.nodes[index]
        return node.kind == .string ? document.content(of: node) : nil
    }
}
