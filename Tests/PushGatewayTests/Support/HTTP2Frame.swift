import Foundation

/// Frames of HTTP/2 (RFC 9113) as bytes, right or wrong.
enum HTTP2Frame {
    enum ErrorCode: UInt8 {
        case none = 0, protocolError, internalError
        case refusedStream = 7
        case cancel
        case enhanceYourCalm = 11
    }

    /// Field blocks that HPACK's static table has, or spells out.
    static let status200: [UInt8] = [0x88]
    static func status(_ text: String) -> [UInt8] { [0x08, UInt8(text.utf8.count)] + text.utf8 }

    static let settings = frame(4, 0)
    static let acknowledgedSettings = frame(4, 1)

    static func frame(_ type: UInt8, _ flags: UInt8, stream: UInt8 = 0, _ payload: [UInt8] = []) -> [UInt8] {
        let length = [16, 8, 0].map { UInt8(truncatingIfNeeded: payload.count >> $0) }
        return length + [type, flags, 0, 0, 0, stream] + payload
    }

    static func headers(_ block: [UInt8], stream: UInt8 = 1, ends: Bool = false) -> [UInt8] {
        frame(1, ends ? 5 : 4, stream: stream, block)
    }

    static func data(_ text: String, stream: UInt8 = 1, ends: Bool = true) -> [UInt8] {
        frame(0, ends ? 1 : 0, stream: stream, Array(text.utf8))
    }

    static func reset(_ code: ErrorCode, stream: UInt8 = 1) -> [UInt8] {
        frame(3, 0, stream: stream, [0, 0, 0, code.rawValue])
    }

    static func goAway(_ code: ErrorCode, lastStream: UInt8) -> [UInt8] {
        frame(7, 0, [0, 0, 0, lastStream, 0, 0, 0, code.rawValue])
    }

    /// Counts the streams that clients have ended, over all connections.
    @Sendable static func countRequests(_ received: Data) -> Int {
        let preface = Data("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
        var count = 0
        var rest = received[...]
        while let start = rest.range(of: preface) {
            rest = rest[start.upperBound...]
            let next = rest.range(of: preface)?.lowerBound ?? rest.endIndex
            while rest.count >= 9, rest.startIndex < next {
                let head = Array(rest.prefix(9))
                let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
                // What is no frame of a client is a remark of the server's: the connection has ended.
                guard head[3] <= 9, head[5] & 0x80 == 0, rest.count >= 9 + length else { break }
                if head[3] <= 1, head[4] & 1 == 1 { count += 1 }
                rest = rest.dropFirst(9 + length)
            }
        }
        return count
    }
}
