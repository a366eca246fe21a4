internal import MatrixPusher
internal import NIOCore
internal import PushJSON

/// An answer; the body is JSON.
struct HTTPResponse: Sendable, Equatable {
    var status: Int
    var body: [UInt8]
    /// Value of `Retry-After`, seconds.
    var retryAfter: Int64?
    /// Value of `Allow`.
    var allow: String?

    init(status: Int = 200, body: [UInt8], retryAfter: Int64? = nil, allow: String? = nil) {
        self.status = status
        self.body = body
        self.retryAfter = retryAfter
        self.allow = allow
    }

    /// `{}`, the answer of requests that only do something.
    static let empty = HTTPResponse(body: Array("{}".utf8))

    /// An answer that one call writes.
    static func json(_ write: (inout JSONWriter) -> Void) -> HTTPResponse {
        var writer = JSONWriter()
        write(&writer)
        return HTTPResponse(body: writer.bytes)
    }

    /// A Matrix error.
    static func error(_ status: Int, _ code: String, _ message: String, retryAfter: Duration? = nil) -> HTTPResponse {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("errcode")
        writer.value(code)
        writer.key("error")
        writer.value(message)
        if status == 429, let retryAfter {
            writer.key("retry_after_ms")
            writer.value(retryAfter.milliseconds)
        }
        writer.endObject()
        return HTTPResponse(status: status, body: writer.bytes, retryAfter: retryAfter.map(\.secondsRoundedUp))
    }

    init(_ error: PusherError) {
        let pause = error.retryAfter ?? .seconds(1)
        self =
            switch error.code {
            case .notJSON, .badJSON, .missingParam, .invalidParam: .error(400, error.code.rawValue, error.message)
            case .notFound: .error(404, error.code.rawValue, error.message)
            case .tooLarge: .error(413, error.code.rawValue, error.message)
            case .limitExceeded: .error(429, error.code.rawValue, error.message, retryAfter: pause)
            case .unavailable: .error(503, "M_UNKNOWN", error.message, retryAfter: pause)
            case .unusable: .error(500, "M_UNKNOWN", error.message)
            }
    }
}

extension HTTPResponse {
    /// Head and body in one buffer, so that an answer is one write.
    /// - Parameters:
    ///   - omitsBody: The request was HEAD; its `Content-Length` is that of the body all the same.
    func encoded(keepAlive: Bool, isHTTP10: Bool, omitsBody: Bool, allocator: ByteBufferAllocator) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: 192 + (omitsBody ? 0 : body.count))
        buffer.writeStaticString(Self.statusLine(status))
        if status != 204 {
            buffer.writeStaticString("Content-Type: application/json\r\nContent-Length: ")
            buffer.writeString(String(body.count))
            buffer.writeStaticString("\r\n")
        }
        if let allow {
            buffer.writeString("Allow: \(allow)\r\n")
        }
        if let retryAfter {
            buffer.writeString("Retry-After: \(retryAfter)\r\n")
        }
        if !keepAlive {
            buffer.writeStaticString("Connection: close\r\n")
        } else if isHTTP10 {
            buffer.writeStaticString("Connection: keep-alive\r\n")
        }
        buffer.writeStaticString("\r\n")
        if !omitsBody, status != 204 { buffer.writeBytes(body) }
        return buffer
    }

    private static func statusLine(_ status: Int) -> StaticString {
        switch status {
        case 200: "HTTP/1.1 200 OK\r\n"
        case 204: "HTTP/1.1 204 No Content\r\n"
        case 400: "HTTP/1.1 400 Bad Request\r\n"
        case 404: "HTTP/1.1 404 Not Found\r\n"
        case 405: "HTTP/1.1 405 Method Not Allowed\r\n"
        case 408: "HTTP/1.1 408 Request Timeout\r\n"
        case 413: "HTTP/1.1 413 Content Too Large\r\n"
        case 429: "HTTP/1.1 429 Too Many Requests\r\n"
        case 431: "HTTP/1.1 431 Request Header Fields Too Large\r\n"
        case 503: "HTTP/1.1 503 Service Unavailable\r\n"
        default: "HTTP/1.1 500 Internal Server Error\r\n"
        }
    }
}
