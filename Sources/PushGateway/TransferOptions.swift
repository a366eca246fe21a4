internal import CCurl

/// What is the same for every request of a loop; used on the loop's thread alone.
final class TransferOptions {
    let policy: AddressPolicy
    /// Whether requests go through a proxy; nil where that depends on the gateway.
    let isProxied: Bool?
    let maximumResponseSize: Int
    let socketOpener: (@Sendable (IPAddress?) -> Int32)?
    private let configuration: GatewayClientConfiguration
    private let headers: UnsafeMutablePointer<curl_slist>?

    init(_ configuration: GatewayClientConfiguration) {
        self.configuration = configuration
        policy = configuration.addressPolicy
        isProxied = configuration.proxy.isUniform ? configuration.proxy.uniformURL != nil : nil
        maximumResponseSize = configuration.maximumResponseSize
        socketOpener = configuration.socketOpener
        // An empty `Expect` keeps libcurl from asking for "100 Continue" before larger bodies.
        headers = curl_slist_append(curl_slist_append(nil, "Content-Type: application/json"), "Expect:")
    }

    deinit {
        curl_slist_free_all(headers)
    }

    /// Sets what stays on a handle for all its life.
    /// - Returns: Whether libcurl took all of it.
    func apply(to easy: UnsafeMutableRawPointer) -> Bool {
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_NOSIGNAL, 1),
            // A resolver that hangs must not hold up the loop when its transfer has timed out.
            (CURLOPT_QUICK_EXIT, 1),
            (CURLOPT_POST, 1),
            (CURLOPT_FOLLOWLOCATION, 0),
            (CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS)),
            (CURLOPT_TCP_NODELAY, 1),
            (CURLOPT_TCP_KEEPALIVE, 1),
            (CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2),
            (CURLOPT_SSL_VERIFYPEER, 1),
            (CURLOPT_SSL_VERIFYHOST, 2),
            (CURLOPT_CONNECTTIMEOUT_MS, Int(max(1, configuration.connectTimeout.milliseconds()))),
            (CURLOPT_TIMEOUT_MS, Int(max(1, configuration.responseTimeout.milliseconds()))),
        ]
        var texts: [(CURLoption, String)] = [
            (CURLOPT_PROTOCOLS_STR, configuration.allowHTTP ? "http,https" : "https"),
            (CURLOPT_USERAGENT, configuration.userAgent),
            // Empty texts, unlike none, keep the environment's proxy and exceptions out.
            (CURLOPT_PROXY, configuration.proxy.uniformURL ?? ""),
            (CURLOPT_NOPROXY, ""),
        ]
        if let file = configuration.caFile {
            texts += [(CURLOPT_CAINFO, file), (CURLOPT_PROXY_CAINFO, file)]
            // The system's folder would be looked into as well.
            for option in [CURLOPT_CAPATH, CURLOPT_PROXY_CAPATH] {
                guard ccurl_set_string(easy, option, nil) == CURLE_OK else { return false }
            }
        }
        return numbers.allSatisfy { ccurl_set_long(easy, $0.0, $0.1) == CURLE_OK }
            && texts.allSatisfy { ccurl_set_string(easy, $0.0, $0.1) == CURLE_OK }
            && ccurl_set_headers(easy, headers) == CURLE_OK
    }

    /// Whether a request to this gateway goes through a proxy.
    func isProxied(_ url: GatewayURL) -> Bool {
        isProxied ?? (configuration.proxy.url(for: url) != nil)
    }

    /// Sets the proxy of a handle that is about to be used for this gateway, where that depends on the gateway.
    /// - Returns: Whether there is one.
    func applyProxy(to easy: UnsafeMutableRawPointer, for url: GatewayURL) -> Bool {
        if let isProxied { return isProxied }
        let proxy = configuration.proxy.url(for: url)
        _ = ccurl_set_string(easy, CURLOPT_PROXY, proxy ?? "")
        return proxy != nil
    }
}
