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
    /// Connections that wait to be let in; the system may allow fewer.
    var backlog: Int32 = 4096
    /// How long a connection may stay open without a request.
    var idleTimeout: Duration = .seconds(300)
    /// From a request's first byte to its last; a large body has its own time once it is let in.
    var requestTimeout: Duration = .seconds(60)
    /// How long an answer may wait to be taken.
    var answerTimeout: Duration = .seconds(60)
    /// How long a connection has waited for its peer before it may have to make room for another.
    var patience: Duration = .seconds(1)
    /// How long a connection that is answered for the last time is read on, so that the peer gets to see the answer.
    var lingerTimeout: Duration = .seconds(2)

    /// Bytes of a body for which nobody has to wait, and of an answer that is not counted.
    var smallSize = 16_384
    /// Bytes of all other bodies that are under way together, from the first byte to the answer.
    var allBodies = 67_108_864
    /// Bytes of all other answers that wait to be taken.
    var allAnswers = 67_108_864
    /// How long a large body may take once it is let in, and a second more for each MiB.
    var bodyTimeout: Duration = .seconds(10)

    init() {}

    /// - Parameter maxBody: Bytes of a request body.
    init(maxBody: Int) {
        self.maxBody = maxBody
        allBodies = max(allBodies, 4 * maxBody)
    }

    /// How long a body of this size may take.
    func timeout(ofBody size: Int) -> Duration { bodyTimeout + .seconds(size >> 20) }

    var decoder: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = maxHeaderField
        limits.maxHeaderListSize = maxHeaders
        limits.maxHeaderFieldCount = maxHeaderCount
        return limits
    }
}
