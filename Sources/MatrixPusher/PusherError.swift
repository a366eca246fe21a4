/// Why a request to a ``Pusher`` was refused; maps one to one to a Matrix error.
public struct PusherError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of refusal.
    public enum Code: String, Sendable {
        case notJSON = "M_NOT_JSON"
        case badJSON = "M_BAD_JSON"
        case missingParam = "M_MISSING_PARAM"
        case invalidParam = "M_INVALID_PARAM"
        case notFound = "M_NOT_FOUND"
        case tooLarge = "M_TOO_LARGE"
        case limitExceeded = "M_LIMIT_EXCEEDED"
        /// The queue can not be written now (disk full, database busy): nothing was stored, try again.
        case unavailable
        /// The configuration or the database can not be used.
        case unusable
    }

    public let code: Code
    /// What is wrong, for people; never holds pushkeys or event content.
    public let message: String
    /// When to try again, for ``Code/limitExceeded`` and ``Code/unavailable``.
    public let retryAfter: Duration?

    public init(_ code: Code, _ message: String, retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    public var description: String { message }
}
