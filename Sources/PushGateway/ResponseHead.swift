#if canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// Keeps watch over the lines of a response's head: libcurl has limits of its own for them, but high ones, and it takes
/// transfer codings that it did not ask for.
struct ResponseHead {
    enum Verdict {
        case fine
        /// There are too many lines or bytes.
        case tooLong
        /// The body is in a transfer coding other than `chunked`: decoding may take much more memory than it is long.
        case unknownCoding
    }

    /// Bytes and lines of all heads of a transfer, those of interim responses and trailers included.
    static let maximumBytes = 65_536
    static let maximumLines = 512

    private var byteCount = 0
    private var lineCount = 0

    /// Whether the latest head has come to its end: libcurl takes one that breaks off for an answer without a body.
    private(set) var isWhole = false

    var isTooLong: Bool { byteCount > Self.maximumBytes || lineCount > Self.maximumLines }

    /// Takes in the next line.
    mutating func add(_ line: UnsafeRawBufferPointer) -> Verdict {
        byteCount += line.count
        lineCount += 1
        if isTooLong { return .tooLong }
        // The first byte settles it for nearly every line.
        switch line.first {
        case UInt8(ascii: "\r"), UInt8(ascii: "\n"): isWhole = true
        case UInt8(ascii: "H"): if Self.isStatus(line) { isWhole = false }
        case UInt8(ascii: "T"), UInt8(ascii: "t"): if Self.isCodedStrangely(line) { return .unknownCoding }
        default: break
        }
        return .fine
    }

    private static func isStatus(_ line: UnsafeRawBufferPointer) -> Bool {
        let start: StaticString = "HTTP/"
        return line.count >= start.utf8CodeUnitCount
            && memcmp(line.baseAddress!, start.utf8Start, start.utf8CodeUnitCount) == 0
    }

    private static func isCodedStrangely(_ line: UnsafeRawBufferPointer) -> Bool {
        let name = "transfer-encoding:"
        guard line.count > name.utf8.count, zip(line, name.utf8).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) else {
            return false
        }
        let value = line.dropFirst(name.utf8.count).filter { $0 > 0x20 }
        return !["chunked", "identity", ""].contains(String(decoding: value, as: UTF8.self).lowercased())
    }
}
