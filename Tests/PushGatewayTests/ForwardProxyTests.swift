import Testing

@testable import PushGateway

struct ForwardProxyTests {
    private func proxies(_ environment: [String: String]) throws -> (https: String?, http: String?) {
        let proxy = try ForwardProxy(environment: { environment[$0] })
        return (
            proxy.url(for: try GatewayURL("https://push.example.org/")),
            proxy.url(for: try GatewayURL("http://push.example.org/"))
        )
    }

    @Test(arguments: ["http://proxy:3128", "https://u:p@proxy", "socks5h://[::1]:1080", "SOCKS4A://proxy"])
    func `A proxy's URL is accepted`(text: String) throws {
        let proxy = try ForwardProxy(text)
        #expect(proxy.isUniform)
        #expect(proxy.uniformURL == text)
        #expect(proxy.url(for: try GatewayURL("https://push.example.org/")) == text)
    }

    @Test(
        arguments: [
            ("ftp://proxy", .unsupportedProxy), ("proxy:3128", .malformed), ("proxy", .unsupportedScheme),
            ("http://", .missingHost), ("http://a b", .forbiddenCharacter),
        ] as [(String, GatewayURLError.Reason)])
    func `A text that is no proxy's URL is refused`(text: String, reason: GatewayURLError.Reason) {
        #expect(throws: GatewayURLError(reason)) { try ForwardProxy(text) }
    }

    @Test(
        arguments: [
            ([:], nil, nil),
            (["https_proxy": "http://a", "http_proxy": "http://b"], "http://a", "http://b"),
            (["HTTPS_PROXY": "http://a", "HTTP_PROXY": "http://b"], "http://a", nil),
            (["https_proxy": "http://a", "HTTPS_PROXY": "http://b"], "http://a", nil),
            (["https_proxy": "", "HTTPS_PROXY": "http://b"], "http://b", nil),
            (["all_proxy": "socks5h://a", "http_proxy": "http://b"], "socks5h://a", "http://b"),
            (["ALL_PROXY": "http://a"], "http://a", "http://a"),
            (["https_proxy": "proxy:3128"], "http://proxy:3128", nil),
            (["https_proxy": "http://a", "no_proxy": "example.org"], nil, nil),
            (["https_proxy": "http://a", "NO_PROXY": "example.org"], nil, nil),
            (["https_proxy": "http://a", "no_proxy": "example.com", "NO_PROXY": "example.org"], "http://a", nil),
            (["https_proxy": "http://a", "no_proxy": "", "NO_PROXY": "*"], nil, nil),
            (["no_proxy": "example.com"], nil, nil),
        ] as [([String: String], String?, String?)])
    func `The environment is read as libcurl does`(environment: [String: String], https: String?, http: String?) throws
    {
        let proxies = try proxies(environment)
        #expect(proxies.https == https)
        #expect(proxies.http == http)
    }

    @Test(arguments: [
        (
            "https_proxy", "ftp://proxy",
            "the environment's https_proxy: \(GatewayURLError.Reason.unsupportedProxy.rawValue)"
        ),
        ("ALL_PROXY", "a b", "the environment's ALL_PROXY: \(GatewayURLError.Reason.forbiddenCharacter.rawValue)"),
    ])
    func `A proxy of the environment that is none is named`(name: String, value: String, message: String) {
        let error = #expect(throws: ForwardProxyError.self) { try proxies([name: value]) }
        #expect(error?.description == message)
    }

    @Test func `It is known whether all gateways have the same proxy`() throws {
        func isUniform(_ environment: [String: String]) throws -> Bool {
            try ForwardProxy(environment: { environment[$0] }).isUniform
        }
        #expect(ForwardProxy.none.isUniform)
        #expect(ForwardProxy.none.uniformURL == nil)
        #expect(try isUniform(["all_proxy": "http://a"]))
        #expect(try isUniform(["no_proxy": "a"]))
        #expect(try !isUniform(["https_proxy": "http://a"]))
        #expect(try !isUniform(["all_proxy": "http://a", "no_proxy": "b"]))
    }

    @Test(arguments: [
        ("", "example.org", false), ("*", "example.org", true), ("*", "[::1]", true), ("a,*", "example.org", false),
        ("example.org", "example.org", true), ("example.org", "www.example.org", true),
        ("example.org", "notexample.org", false), (".example.org", "example.org", true),
        (".example.org", "www.example.org", true), ("EXAMPLE.org", "www.example.org", true),
        ("example.org.", "example.org", true), ("example.org", "example.org.", true),
        ("www.example.org", "example.org", false),
        ("a b\tc,,example.org , d", "example.org", true), (".", "example.org", false), (",", "example.org", false),
        ("10.0.0.0/8", "10.1.2.3", true), ("10.0.0.1/8", "10.1.2.3", true), ("10.0.0.0/8", "11.0.0.1", false),
        ("10.1.2.3", "10.1.2.3", true), ("10.0.0.0/0", "10.1.2.3", false), ("10.0.0.0/33", "10.0.0.0", false),
        ("10.0.0.0/x", "10.0.0.0", false), ("0.1", "10.0.0.1", false), ("10.1.2.3", "10.1.2.3.example.org", false),
        ("fd00::/8", "[fd12::1]", true), ("fd00::/8", "[fe80::1]", false), ("::1", "[::1]", true),
        ("[::1]", "[::1]", false), ("::ffff:10.0.0.1", "10.0.0.1", false),
    ])
    func `Exceptions are matched as libcurl does`(list: String, host: String, isException: Bool) {
        #expect(ProxyExceptions(list).contain(host) == isException)
    }
}
