/// A 64-bit hash under a key of this process: identifiers that others choose can not be made to meet.
enum TextHash {
    static func of(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
        return hasher.finalize()
    }

    static func of(_ text: String) -> Int {
        var text = text
        return text.withUTF8 { of($0) }
    }
}
