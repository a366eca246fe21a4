/// How requests to gateways are made.
package struct GatewayClientConfiguration: Sendable {
    /// Longest time to resolve, connect and finish the TLS handshake.
    package var connectTimeout: Duration = .seconds(10)
    /// Longest time from the start of a request to the end of the response.
    package var responseTimeout: Duration = .seconds(90)
    /// Bytes of a response that are read; a longer one is judged by its status alone.
    package var maximumResponseSize = 65536
    /// Whether requests to `http` URLs are made.
    package var allowHTTP = false
    /// The addresses that may be connected to. Behind a proxy only gateways named by address can be checked.
    package var addressPolicy = AddressPolicy()
    /// The forward proxy.
    package var proxy = ForwardProxy.none
    /// File with the certificate authorities to trust (PEM); nil for the system's.
    package var caFile: String?
    /// Opens the sockets of connections that the policy permits, in place of the system: tests must not connect to just
    /// any address, even when the policy is wrong. Returns a descriptor, or -1.
    var socketOpener: (@Sendable (_ peer: IPAddress?) -> Int32)?
    /// The `User-Agent` header.
    package var userAgent: String

    package init(version: String) {
        userAgent = "matrix-pusher/\(version)"
    }
}
