/// What a URL's host says without being resolved: addresses in whatever spelling, as browsers and resolvers read them.
enum HostText {
    /// The address that a host in lower case stands for: an IPv4 address, an IPv6 address in brackets, or `localhost`.
    static func address(_ host: String) -> IPAddress? {
        if host.hasPrefix("[") { return IPAddress(String(host.dropFirst().dropLast())) }
        let name = host.hasSuffix(".") ? host.dropLast() : host[...]
        if name == "localhost" || name.hasSuffix(".localhost") { return IPAddress(ipv4: 0x7F00_0001) }
        return ipv4(host)
    }

    /// Whether the host is an IPv4 address or nothing at all: no name ends in a number (WHATWG URL, "ends in a number").
    static func endsInNumber(_ host: String) -> Bool {
        guard let last = parts(host).last(where: { !$0.isEmpty }) else { return false }
        return last.allSatisfy(isDigit)
            || isHexadecimal(last) && last.dropFirst(2).allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
    }

    /// Reads one to four decimal, octal (`0177`) or hexadecimal (`0x7f`) numbers, of which the last fills what is left
    /// (as `inet_aton` does), with or without a dot at the end.
    static func ipv4(_ host: String) -> IPAddress? {
        let numbers = parts(host).map(number)
        guard (1...4).contains(numbers.count), let last = numbers[numbers.count - 1] else { return nil }
        var address: UInt64 = 0
        for number in numbers.dropLast() {
            guard let number, number <= 0xFF else { return nil }
            address = address << 8 | number
        }
        let bits = UInt64(8 * (5 - numbers.count))
        guard last < 1 << bits else { return nil }
        return IPAddress(ipv4: UInt32(address << bits | last))
    }

    private static func parts(_ host: String) -> [Substring.UTF8View] {
        let host = host.hasSuffix(".") ? host.dropLast() : host[...]
        return host.split(separator: ".", omittingEmptySubsequences: false).map(\.utf8)
    }

    private static func number(_ text: Substring.UTF8View) -> UInt64? {
        var (digits, radix): (Substring.UTF8View, UInt64) = (text, 10)
        if isHexadecimal(text) {
            (digits, radix) = (text.dropFirst(2), 16)
        } else if text.first == UInt8(ascii: "0") {
            radix = 8
        }
        guard !digits.isEmpty else { return nil }
        var result: UInt64 = 0
        for digit in digits {
            guard let value = Character(Unicode.Scalar(digit)).hexDigitValue, value < radix else { return nil }
            // Enough to be too large for any address.
            result = min(result * radix + UInt64(value), 1 << 40)
        }
        return result
    }

    private static func isHexadecimal(_ text: Substring.UTF8View) -> Bool {
        text.starts(with: "0x".utf8) || text.starts(with: "0X".utf8)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
