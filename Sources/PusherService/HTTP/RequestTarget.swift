internal import MatrixPusher

/// A request's path and query, percent-decoded.
struct RequestTarget: Sendable, Equatable {
    /// Between the slashes; decoded after the split, so `%2F` stays inside its segment. `/a/` ends with an empty one.
    let segments: [String]
    /// In the order of the query; a name may come again.
    let query: [QueryItem]

    struct QueryItem: Sendable, Equatable {
        let name: String
        let value: String

        init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Parses the request line's target: `/path?query`, or the absolute form `http://host/path?query`.
    /// - Throws: `M_INVALID_PARAM` for broken percent-encoding or bytes that are not UTF-8.
    init(_ target: String) throws(PusherError) {
        var bytes = Array(target.utf8)[...]
        if bytes.starts(with: "http://".utf8) {
            bytes = bytes.dropFirst(7).drop { $0 != Self.slash && $0 != Self.questionMark }
            if bytes.first != Self.slash { bytes = [Self.slash] + bytes }
        }
        guard bytes.first == Self.slash else {
            throw PusherError(.invalidParam, "the request target does not begin with a slash")
        }
        let mark = bytes.firstIndex(of: Self.questionMark) ?? bytes.endIndex
        var segments: [String] = []
        segments.reserveCapacity(Self.usualSegments)
        var start = bytes.startIndex
        while start < mark {
            // Without a list of the parts: each transaction's PUT comes by here.
            let end = bytes[(start + 1)..<mark].firstIndex(of: Self.slash) ?? mark
            segments.append(try Self.decode(bytes[(start + 1)..<end], plusIsSpace: false, in: "path"))
            start = end
        }
        var query: [QueryItem] = []
        for part in bytes[mark...].dropFirst().split(separator: UInt8(ascii: "&")) {
            let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            query.append(
                QueryItem(
                    name: try Self.decode(part[..<equals], plusIsSpace: true, in: "query"),
                    value: try Self.decode(part[equals...].dropFirst(), plusIsSpace: true, in: "query")
                )
            )
        }
        self.segments = segments
        self.query = query
    }

    /// Percent-encodes a query value or path segment.
    static func encoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded += byte < 16 ? "%0" : "%"
                encoded += String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }

    /// `/_matrix/client/v3/pushers/set` and most others have no more.
    private static let usualSegments = 5

    private static let slash = UInt8(ascii: "/")
    private static let questionMark = UInt8(ascii: "?")

    private static func decode(
        _ encoded: ArraySlice<UInt8>, plusIsSpace: Bool, in place: String
    ) throws(PusherError) -> String {
        if encoded.allSatisfy(standsForItself) { return String(decoding: encoded, as: UTF8.self) }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(encoded.count)
        var position = encoded.startIndex
        while position < encoded.endIndex {
            let byte = encoded[position]
            position += 1
            switch byte {
            case UInt8(ascii: "%"):
                guard position + 1 < encoded.endIndex, let high = hexDigit(encoded[position]),
                    let low = hexDigit(encoded[position + 1])
                else { throw PusherError(.invalidParam, "broken percent-encoding in the request's \(place)") }
                decoded.append(high << 4 | low)
                position += 2
            case UInt8(ascii: "+") where plusIsSpace:
                decoded.append(UInt8(ascii: " "))
            default:
                decoded.append(byte)
            }
        }
        // The HTTP decoder has put U+FFFD where the request line was no UTF-8.
        guard let text = String(validating: decoded, as: UTF8.self), !text.unicodeScalars.contains("\u{FFFD}") else {
            throw PusherError(.invalidParam, "the request's \(place) is not valid UTF-8")
        }
        return text
    }

    /// Whether a byte is a character that no encoding is about: most parts have nothing else.
    private static func standsForItself(_ byte: UInt8) -> Bool {
        byte < 0x80 && byte != UInt8(ascii: "%") && byte != UInt8(ascii: "+")
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
