internal import NIOCore
internal import NIOHTTP1

/// What is known of the request that a connection is receiving.
struct HTTPExchange {
    private(set) var resolution = Router.Resolution.answer(.empty)
    private(set) var keepAlive = false
    private(set) var isHTTP10 = false
    private(set) var isHead = false
    private(set) var expectsContinue = false
    /// Value of `Content-Length`, 0 where there is none.
    private(set) var announcedLength = 0
    private var body: [UInt8] = []
    /// Bytes of the body that have come.
    private(set) var received = 0

    /// Before any head: an answer now can only be about broken input.
    init() {}

    init(_ head: HTTPRequestHead, _ resolution: Router.Resolution) {
        self.resolution = resolution
        // After a request to upgrade or for a tunnel the decoder reads no more, so nothing can follow it.
        keepAlive = head.isKeepAlive && !head.headers.contains(name: "upgrade") && head.method != .CONNECT
        isHTTP10 = head.version == .http1_0
        isHead = head.method == .HEAD
        if let text = head.headers.first(name: "content-length") { announcedLength = Int(text) ?? .max }
        if !isHTTP10, let expectation = head.headers.first(name: "expect") {
            expectsContinue = expectation.lowercased() == "100-continue"
        }
    }

    /// Whether anybody will read the body.
    var keepsBody: Bool { if case .handle = resolution { true } else { false } }

    /// Keeps a piece of the body; false where it grows beyond the limit. A body nobody will read is only counted.
    mutating func append(_ bytes: ByteBuffer, limit: Int) -> Bool {
        received += bytes.readableBytes
        guard received <= limit else { return false }
        guard keepsBody else { return true }
        if body.isEmpty {
            body.reserveCapacity(min(max(announcedLength, bytes.readableBytes), Self.largestReservation))
        }
        bytes.withUnsafeReadableBytes { body.append(contentsOf: $0) }
        return true
    }

    mutating func takeBody() -> [UInt8] {
        defer { body = [] }
        return body
    }

    /// An announced length is believed up to here; beyond, memory grows with what has come.
    private static let largestReservation = 1 << 20
}
