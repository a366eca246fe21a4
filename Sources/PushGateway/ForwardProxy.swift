#if canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// Which forward proxy, if any, the requests to a gateway go through.
package struct ForwardProxy: Sendable, Equatable {
    /// The proxy's URL by the gateway's scheme; nil: directly.
    private let https: String?
    private let http: String?
    private let exceptions: ProxyExceptions

    /// Every request goes to its gateway directly, whatever the environment says.
    package static let none = ForwardProxy(https: nil, http: nil, exceptions: ProxyExceptions(""))

    private init(https: String?, http: String?, exceptions: ProxyExceptions) {
        self.https = https
        self.http = http
        self.exceptions = exceptions
    }

    /// One proxy for all requests.
    /// - Throws: ``GatewayURLError`` that says what is wrong with its URL.
    package init(_ url: String) throws(GatewayURLError) {
        try Self.validate(url)
        self.init(https: url, http: url, exceptions: ProxyExceptions(""))
    }

    /// What the environment says, read as libcurl does: `https_proxy` or `HTTPS_PROXY`, `http_proxy` (in lower case alone,
    /// for servers set the other one from a request's header), else `all_proxy` or `ALL_PROXY`; and `no_proxy` or
    /// `NO_PROXY`.
    /// - Throws: ``ForwardProxyError`` that names the variable.
    package init(environment value: (String) -> String?) throws(ForwardProxyError) {
        func first(_ names: String...) throws(ForwardProxyError) -> String? {
            for name in names {
                guard let text = value(name), !text.isEmpty else { continue }
                let url = text.contains("://") ? text : "http://\(text)"
                do throws(GatewayURLError) { try Self.validate(url) } catch {
                    throw ForwardProxyError(variable: name, problem: error)
                }
                return url
            }
            return nil
        }
        let exceptions = ["no_proxy", "NO_PROXY"].lazy.compactMap(value).first { !$0.isEmpty } ?? ""
        self.init(
            https: try first("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"),
            http: try first("http_proxy", "all_proxy", "ALL_PROXY"),
            exceptions: ProxyExceptions(exceptions))
    }

    /// What this process's environment says.
    /// - Throws: ``ForwardProxyError`` that names the variable.
    package static func fromEnvironment() throws(ForwardProxyError) -> ForwardProxy {
        try ForwardProxy(environment: { name in getenv(name).map { String(cString: $0) } })
    }

    /// The URL of the proxy for a gateway; nil where it is connected to directly.
    func url(for gateway: GatewayURL) -> String? {
        let url = gateway.scheme == "https" ? https : http
        return url != nil && exceptions.contain(gateway.host) ? nil : url
    }

    /// Whether it is the same for all gateways.
    var isUniform: Bool { https == http && (https == nil || exceptions.isEmpty) }
    /// The proxy of all gateways, where it is the same.
    var uniformURL: String? { https }

    private static func validate(_ text: String) throws(GatewayURLError) {
        let parsed = try ParsedURL(text, flags: ParsedURL.anyScheme)
        switch parsed.scheme {
        case "http", "https", "socks4", "socks4a", "socks5", "socks5h": break
        default: throw GatewayURLError(.unsupportedProxy)
        }
        guard parsed.hasHost else { throw GatewayURLError(.missingHost) }
    }
}

/// What is wrong with a proxy in the environment.
package struct ForwardProxyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The environment variable's name.
    package let variable: String
    package let problem: GatewayURLError

    package var description: String { "the environment's \(variable): \(problem)" }
}
