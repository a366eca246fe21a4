/// Why a text is not the JSON this parser accepts, and at which byte.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: String, Sendable {
        case unexpectedEnd = "the text ends too early"
        case unexpectedByte = "unexpected byte"
        case trailingBytes = "more bytes after the value"
        case invalidLiteral = "expected true, false or null"
        case invalidNumber = "malformed number"
        case invalidEscape = "malformed escape in a string"
        case loneSurrogate = "lone surrogate in a string"
        case controlCharacter = "unescaped control character in a string"
        case invalidUTF8 = "invalid UTF-8"
        case tooDeep = "nested too deeply"
        case tooLarge = "text too large"
    }

    public let reason: Reason
    /// Offset of the offending byte from the start of the text; the bytes before it could begin a correct text.
    ///
    /// Of a lone surrogate it is the escape's backslash, of invalid UTF-8 the malformed sequence's first byte, of a text
    /// that ends too early its length, and of one that is too large the limit.
    public let offset: Int

    public init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    public var description: String { "\(reason.rawValue) at byte \(offset)" }
}
