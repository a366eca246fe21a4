/// The grammar of user identifiers, as far as it is checked here (appendices, "User Identifiers").
package enum UserID {
    /// Whether this looks like `@localpart:server`, at most 255 bytes. Historical localparts have nearly any character.
    static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes.count <= 255, bytes.first == UInt8(ascii: "@") else { return false }
        var colon = bytes.count
        for index in bytes.indices {
            let byte = bytes[index]
            if byte < 0x20 || byte == 0x7F { return false }
            if byte == UInt8(ascii: ":"), colon == bytes.count { colon = index }
        }
        return colon + 1 < bytes.count
    }

    package static func isValid(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { isValid($0) }
    }

    /// - Returns: the user id.
    /// - Throws: ``PusherError`` with code `invalidParam` where it is none.
    static func checked(_ text: String) throws(PusherError) -> String {
        guard isValid(text) else { throw PusherError(.invalidParam, "\"\(text)\" is not a Matrix user ID") }
        return text
    }
}
