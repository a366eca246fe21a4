internal import MatrixPusher

/// What the sidecar sent, taken apart. The sidecar's own answers only: they have a length and no chunks.
struct SidecarAnswer: Equatable {
    let status: Int
    let body: [UInt8]

    init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }

    /// - Throws: `unavailable` for what is no complete answer.
    init(_ bytes: [UInt8]) throws(PusherError) {
        guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: [13, 10, 13, 10]) }),
            case let head = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n"),
            let statusLine = head.first, statusLine.hasPrefix("HTTP/1.1 "),
            let status = Int(statusLine.dropFirst(9).prefix(3))
        else { throw PusherError(.unavailable, "what answers on the socket is no matrix-pusher") }
        let body = bytes[(end + 4)...]
        let length = head.dropFirst().lazy.compactMap { line -> Int? in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "content-length" else { return nil }
            return Int(parts[1].drop { $0 == " " })
        }.first
        guard length == body.count else { throw PusherError(.unavailable, "the sidecar's answer is cut short") }
        self.init(status: status, body: Array(body))
    }
}
