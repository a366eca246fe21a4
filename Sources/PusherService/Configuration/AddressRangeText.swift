internal import Glibc

/// Address ranges as the configuration writes them.
enum AddressRangeText {
    static let expectation = "a list of address ranges such as 10.0.0.0/8 or fc00::/7, no bits beyond the prefix"

    /// Whether the text is an address, or an address and a prefix length with nothing but zeros behind it.
    static func isValid(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = bytes(String(parts[0])) else { return false }
        guard parts.count == 2 else { return true }
        let digits = parts[1].utf8
        guard (1...3).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let prefix = Int(parts[1]), prefix <= address.count * 8
        else { return false }
        return (prefix..<address.count * 8).allSatisfy { address[$0 / 8] & (0x80 >> ($0 % 8)) == 0 }
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        var address = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &address) == 1 { return Array(address[..<4]) }
        return inet_pton(AF_INET6, text, &address) == 1 ? address : nil
    }
}
