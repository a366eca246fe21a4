import Testing

/// A text for a table of cases, which need not be UTF-8; shown shortened in a test's report.
struct SourceText: Sendable, CustomTestStringConvertible, ExpressibleByStringLiteral {
    let bytes: [UInt8]

    init(stringLiteral text: String) { bytes = Array(text.utf8) }

    init(_ text: String) { bytes = Array(text.utf8) }

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// A string with these bytes between its quotes.
    static func quoted(_ content: [UInt8]) -> SourceText { SourceText(bytes: [0x22] + content + [0x22]) }

    var testDescription: String {
        bytes.count <= 60 ? String(decoding: bytes, as: UTF8.self).debugDescription : "\(bytes.count) bytes"
    }
}
