#if canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

extension IPAddress {
    /// Parses `192.0.2.1` or `2001:db8::1` (no brackets, no zone).
    package init?(_ text: String) {
        // inet_pton stops at a NUL, the longest form has 45 bytes.
        guard text.utf8.count <= 45, !text.utf8.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            self.init(bytes: bytes.prefix(4))
        } else if inet_pton(AF_INET6, text, &bytes) == 1 {
            self.init(bytes: bytes)
        } else {
            return nil
        }
    }
}

extension IPAddress: CustomStringConvertible {
    package var description: String {
        var bytes = (0..<8).map { UInt8(truncatingIfNeeded: high >> (56 - 8 * UInt64($0))) }
        bytes += (0..<8).map { UInt8(truncatingIfNeeded: low >> (56 - 8 * UInt64($0))) }
        var text = [CChar](repeating: 0, count: 64)
        _ = inet_ntop(isIPv4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
