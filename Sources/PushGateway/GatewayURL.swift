internal import CCurl

/// A push gateway's URL, parsed by libcurl, so that what is checked is what is connected to.
///
/// `@unchecked Sendable`: the parsed handle is never changed after `init`; libcurl only copies it.
package final class GatewayURL: @unchecked Sendable {
    /// Longest URL in bytes that is accepted.
    package static let maximumLength = 4096

    /// The URL as it was given.
    package let text: String
    /// `https` or `http`.
    package let scheme: String
    /// The host in lower case; IPv4 addresses in their usual form, IPv6 addresses in brackets.
    package let host: String
    /// The port, the scheme's own where the URL names none.
    package let port: Int
    /// The path with dot segments resolved, without query.
    package let path: String
    /// Whether the URL carries a user name or password.
    package let hasCredentials: Bool

    /// The host where it is an IP address, or a name that always means this machine (RFC 6761, section 6.3); nil where it
    /// is another name.
    package let address: IPAddress?

    /// libcurl's parsed form, handed to each transfer.
    let handle: OpaquePointer

    /// Parses an absolute http or https URL.
    /// - Throws: ``GatewayURLError`` for anything else; what a gateway's URL must have beyond that is checked by
    ///   ``validateForRegistration(allowHTTP:)``.
    package init(_ text: String) throws(GatewayURLError) {
        let parsed = try ParsedURL(text)
        let scheme = parsed.part(CURLUPART_SCHEME)?.lowercased() ?? ""
        guard scheme == "https" || scheme == "http" else { throw GatewayURLError(.unsupportedScheme) }
        guard var host = parsed.part(CURLUPART_HOST), !host.isEmpty else { throw GatewayURLError(.missingHost) }
        // libcurl would encode other names as the locale says, or not at all.
        guard host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw GatewayURLError(.unencodedHost) }
        // libcurl has decoded it, and would decode again what is made of it: the lane's name, a request.
        guard !host.utf8.contains(UInt8(ascii: "%")) else { throw GatewayURLError(.percentInHost) }
        if HostText.endsInNumber(host) {
            // libcurl overlooks some spellings, which a resolver or proxy would then read in its own way.
            guard let literal = HostText.ipv4(host) else { throw GatewayURLError(.malformedAddress) }
            if literal.description != host { try parsed.setHost(literal.description) }
            host = literal.description
        }
        guard host.utf8.count - (host.hasSuffix(".") ? 1 : 0) <= 253 else { throw GatewayURLError(.hostTooLong) }
        self.text = text
        self.scheme = scheme
        self.host = host.lowercased()
        address = HostText.address(self.host)
        port = parsed.part(CURLUPART_PORT, UInt32(CURLU_DEFAULT_PORT)).flatMap { Int($0) } ?? 0
        guard port > 0 else { throw GatewayURLError(.malformed) }
        path = parsed.part(CURLUPART_PATH) ?? "/"
        hasCredentials = parsed.part(CURLUPART_USER) != nil || parsed.part(CURLUPART_PASSWORD) != nil
        handle = parsed.takeHandle()
    }

    deinit {
        curl_url_cleanup(handle)
    }

    /// The gateway's name, one per lane: `https://host:443`.
    package var name: String { "\(scheme)://\(host):\(port)" }

    /// The URL as libcurl puts it together again for its requests.
    var requestText: String? { ParsedURL.part(CURLUPART_URL, of: handle) }
}
