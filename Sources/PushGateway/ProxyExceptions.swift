/// The hosts that are connected to without the proxy, as `no_proxy` lists them; read as libcurl does (curl 7.86 and later).
struct ProxyExceptions: Sendable, Equatable {
    private enum Pattern: Sendable, Equatable {
        case everything
        /// A name in lower case, for itself and for all below it.
        case domain(String)
        case range(AddressRange)
    }

    private let patterns: [Pattern]

    /// - Parameter list: Names, addresses and address ranges (CIDR) with commas or blanks between them, or one `*`.
    init(_ list: String) {
        let items = list.split { $0 == "," || $0 == " " || $0 == "\t" }.map(String.init)
        patterns = items == ["*"] ? [.everything] : items.compactMap(Self.pattern)
    }

    var isEmpty: Bool { patterns.isEmpty }

    /// - Parameter host: A host in lower case, an IPv6 address in brackets.
    func contain(_ host: String) -> Bool {
        let literal = IPAddress(host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host)
        let name = host.hasSuffix(".") ? String(host.dropLast()) : host
        return patterns.contains { pattern in
            switch pattern {
            case .everything: true
            case .range(let range): literal.map { range.contains($0) } ?? false
            case .domain(let domain): literal == nil && (name == domain || name.hasSuffix("." + domain))
            }
        }
    }

    private static func pattern(_ item: String) -> Pattern? {
        let parts = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        if let address = IPAddress(String(parts[0])) {
            guard parts.count == 2 else { return .range(AddressRange(address, prefixLength: address.bitCount)) }
            guard let length = Int(parts[1]), (0...address.bitCount).contains(length) else { return nil }
            // libcurl takes a length of zero for none.
            return .range(AddressRange(address, prefixLength: length == 0 ? address.bitCount : length))
        }
        var domain = item.lowercased()
        if domain.hasSuffix(".") { domain.removeLast() }
        if domain.hasPrefix(".") { domain.removeFirst() }
        return domain.isEmpty ? nil : .domain(domain)
    }
}
