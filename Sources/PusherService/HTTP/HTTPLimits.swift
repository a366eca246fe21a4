internal import NIOCore
internal import NIOHTTP1

/// What a client of the socket may ask for at most; the caller is trusted, its bugs are not.
struct HTTPLimits: Sendable {
    /// Bytes of a request body.
    var maxBody = 16_777_216
    /// Bytes of a header field's name and value; the request line counts as a field.
    var maxHeaderField = 16_384
    /// Bytes of all header fields of a request together.
    var maxHeaders = 65_536
    var maxHeaderCount = 100
    var maxConnections = 4096
    /// How long a connection may stay open without a request.
    var idleTimeout: Duration = .seconds(300)
    /// From a request's first byte to its last.
    var requestTimeout: Duration = .seconds(60)
    /// How long a connection that is answered for the last time is read on, so that the peer gets to see the answer.
    var lingerTimeout: Duration = .seconds(2)

    init() {}

    var decoder: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = maxHeaderField
        limits.maxHeaderListSize = maxHeaders
        limits.maxHeaderFieldCount = maxHeaderCount
        return limits
    }
}
