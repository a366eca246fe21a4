/// The URL of a forward proxy, as far as the configuration cares.
enum ProxyURL {
    private static let schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]

    /// Whether the text has a scheme that proxies have and a host; the connection is libcurl's to make.
    static func isPlausible(_ text: String) -> Bool {
        guard let (scheme, rest) = split(text), schemes.contains(scheme.lowercased()) else { return false }
        let host = authority(rest).split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        return !host.isEmpty && host.first != ":" && !text.utf8.contains { $0 <= 0x20 || $0 == 0x7F }
    }

    /// The URL with `***` for user and password.
    static func withoutCredentials(_ text: String) -> String {
        guard let (scheme, rest) = split(text), let at = authority(rest).lastIndex(of: "@") else { return text }
        return "\(scheme)://***\(rest[at...])"
    }

    private static func split(_ text: String) -> (scheme: Substring, rest: Substring)? {
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else { return nil }
        return (text[..<colon], text[text.index(colon, offsetBy: 3)...])
    }

    private static func authority(_ rest: Substring) -> Substring {
        rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    }
}
