import Testing

@testable import PushGateway

struct GatewayURLTests {
    @Test(arguments: [
        ("https://Push.Example.ORG/_matrix/push/v1/notify", "https://push.example.org:443"),
        ("HTTPS://push.example.org:8443/_matrix/push/v1/notify", "https://push.example.org:8443"),
        ("https://push.example.org:/_matrix/push/v1/notify", "https://push.example.org:443"),
        ("http://push.example.org/_matrix/push/v1/notify", "http://push.example.org:80"),
        ("https://[2001:DB8::1]/_matrix/push/v1/notify", "https://[2001:db8::1]:443"),
        ("https://[2001:db8::1]:8448/_matrix/push/v1/notify", "https://[2001:db8::1]:8448"),
        ("https://127.1/_matrix/push/v1/notify", "https://127.0.0.1:443"),
        ("https://xn--bcher-kva.example/_matrix/push/v1/notify", "https://xn--bcher-kva.example:443"),
        ("https://push.example.org/_matrix/push/v1/notify?provider=a", "https://push.example.org:443"),
        ("https://push.example.org/a/../_matrix/push/v1/notify", "https://push.example.org:443"),
        ("https://push.example.org/_matrix/push/v1/notify#part", "https://push.example.org:443"),
    ])
    func `A good URL has the name of its gateway`(text: String, name: String) throws {
        let url = try GatewayURL(text)
        #expect(url.name == name)
        #expect(url.text == text)
        #expect(url.path == GatewayURL.requiredPath)
        try url.validateForRegistration(allowHTTP: true)
    }

    @Test(
        arguments: [
            ("", .unsupportedScheme),
            ("https://bücher.example/_matrix/push/v1/notify", .unencodedHost),
            ("https://b%C3%BCcher.example/_matrix/push/v1/notify", .unencodedHost),
            ("push.example.org/_matrix/push/v1/notify", .unsupportedScheme),
            ("//push.example.org/_matrix/push/v1/notify", .unsupportedScheme),
            ("ftp://push.example.org/_matrix/push/v1/notify", .unsupportedScheme),
            ("file:///_matrix/push/v1/notify", .unsupportedScheme),
            ("gopher2://push.example.org/", .unsupportedScheme),
            ("https://", .missingHost),
            ("https://:443/_matrix/push/v1/notify", .missingHost),
            ("https://push.example.org:0/_matrix/push/v1/notify", .malformed),
            ("https://push.example.org:65536/_matrix/push/v1/notify", .malformed),
            ("https://push.example.org:-1/_matrix/push/v1/notify", .malformed),
            ("https://push.example.org:443:443/_matrix/push/v1/notify", .malformed),
            // Full-width digits, as they are and percent-encoded.
            ("https://１２７.0.0.1/_matrix/push/v1/notify", .unencodedHost),
            ("https://%EF%BC%91%EF%BC%92%EF%BC%97.0.0.1/_matrix/push/v1/notify", .unencodedHost),
            ("https://127。0。0。1/_matrix/push/v1/notify", .unencodedHost),
            ("https://push.example.org%00.evil.example/_matrix/push/v1/notify", .malformed),
            ("https://push.example.org%2F.evil.example/_matrix/push/v1/notify", .malformed),
            // They would be "'", "a" and "/" if they were decoded again.
            ("https://%2527.example.org/_matrix/push/v1/notify", .percentInHost),
            ("https://%2%37.example.org/_matrix/push/v1/notify", .percentInHost),
            ("https://push.example.%2561/_matrix/push/v1/notify", .percentInHost),
            ("https://push.example.org%252F.evil.example/_matrix/push/v1/notify", .percentInHost),
            ("https://push%.example.org/_matrix/push/v1/notify", .percentInHost),
            ("https://push.example.org%25/_matrix/push/v1/notify", .percentInHost),
            ("https://256.256.256.256/_matrix/push/v1/notify", .malformedAddress),
            ("https://1.2.3.4.5/_matrix/push/v1/notify", .malformedAddress),
            ("https://08.0.0.1/_matrix/push/v1/notify", .malformedAddress),
            ("https://4294967296/_matrix/push/v1/notify", .malformedAddress),
            ("https://127.0.0.1../_matrix/push/v1/notify", .malformedAddress),
            ("https://127..1/_matrix/push/v1/notify", .malformedAddress),
            ("https://push.example.0x/_matrix/push/v1/notify", .malformedAddress),
            ("https://push.example.1/_matrix/push/v1/notify", .malformedAddress),
            ("https://push.example.org:x/_matrix/push/v1/notify", .malformed),
            ("https://[::1/_matrix/push/v1/notify", .malformed),
            ("https://push example.org/_matrix/push/v1/notify", .forbiddenCharacter),
            ("https://push.example.org/_matrix/push/v1/notify\r\nX: y", .forbiddenCharacter),
            ("https://push.example.org\0.evil.example/_matrix/push/v1/notify", .forbiddenCharacter),
            ("https://push.example.org/" + String(repeating: "a", count: GatewayURL.maximumLength), .tooLong),
        ] as [(String, GatewayURLError.Reason)])
    func `A bad URL is refused with the reason`(text: String, reason: GatewayURLError.Reason) {
        #expect(throws: GatewayURLError(reason)) { try GatewayURL(text) }
    }

    @Test(
        arguments: [
            ("https://push.example.org/_matrix/push/v1/notify", false, nil),
            ("http://push.example.org/_matrix/push/v1/notify", false, .httpNotAllowed),
            ("http://push.example.org/_matrix/push/v1/notify", true, nil),
            ("https://user@push.example.org/_matrix/push/v1/notify", false, .credentials),
            ("https://user:secret@push.example.org/_matrix/push/v1/notify", false, .credentials),
            ("https://:secret@push.example.org/_matrix/push/v1/notify", false, .credentials),
            ("https://push.example.org@evil.example/_matrix/push/v1/notify", false, .credentials),
            ("https://evil.example\\@push.example.org/_matrix/push/v1/notify", false, .credentials),
            ("https://@push.example.org/_matrix/push/v1/notify", false, .credentials),
            ("https://:@push.example.org/_matrix/push/v1/notify", false, .credentials),
            ("https:///_matrix/push/v1/notify", false, .wrongPath),
            ("https://push.example.org", false, .wrongPath),
            ("https://push.example.org/", false, .wrongPath),
            ("https://push.example.org/_matrix/push/v1/notify/", false, .wrongPath),
            ("https://push.example.org/_matrix/push/v1/Notify", false, .wrongPath),
            ("https://push.example.org/x/_matrix/push/v1/notify", false, .wrongPath),
            ("https://push.example.org/?/_matrix/push/v1/notify", false, .wrongPath),
        ] as [(String, Bool, GatewayURLError.Reason?)])
    func `Registration asks for https, no credentials and the path`(
        text: String, allowHTTP: Bool, reason: GatewayURLError.Reason?
    ) throws {
        let url = try GatewayURL(text)
        if let reason {
            #expect(throws: GatewayURLError(reason)) { try url.validateForRegistration(allowHTTP: allowHTTP) }
        } else {
            try url.validateForRegistration(allowHTTP: allowHTTP)
        }
    }

    /// What is checked is what is sent to a proxy or resolver, too.
    @Test(arguments: [
        "127.0.0.1", "2130706433", "0177.0.0.1", "0x7f.1", "127.1", "127.0.1", "0X7F000001", "017700000001",
        "127.0.0.1.",
        "%31%32%37.0.0.1", "0x7f%2e1", "%30x7f.1", "0177.0.0.01.", "127.0x000000000001",
    ])
    func `An IPv4 address is known in every spelling`(host: String) throws {
        let url = try GatewayURL("https://\(host):8448\(GatewayURL.requiredPath)?a=b")
        #expect(url.address == IPAddress("127.0.0.1"))
        #expect(url.host == "127.0.0.1")
        #expect(url.name == "https://127.0.0.1:8448")
        #expect(url.requestText == "https://127.0.0.1:8448\(GatewayURL.requiredPath)?a=b")
    }

    @Test(arguments: [
        ("[2001:db8::1]", "2001:db8::1"), ("[2001:DB8:0:0::1]", "2001:db8::1"), ("[fe80::1%25eth0]", "fe80::1"),
        ("[fe80::1%eth0]", "fe80::1"), ("[::ffff:127.0.0.1]", "::ffff:127.0.0.1"), ("[::127.0.0.1]", "::127.0.0.1"),
        ("[64:ff9b::10.0.0.1]", "64:ff9b::10.0.0.1"), ("0", "0.0.0.0"), ("0xffffffff", "255.255.255.255"),
        ("1.2.3.4", "1.2.3.4"), ("1.2.772", "1.2.3.4"), ("1.131844", "1.2.3.4"), ("16909060", "1.2.3.4"),
        ("localhost", "127.0.0.1"), ("LocalHost.", "127.0.0.1"), ("a.b.localhost", "127.0.0.1"),
    ])
    func `A host that is an address is known as one`(host: String, address: String) throws {
        #expect(try GatewayURL("https://\(host)/").address == IPAddress(address))
    }

    @Test(arguments: [
        "push.example.org", "push.example.org.", "1.example", "0x7f.example", "a.b.0xg", "127.0.0.1.nip.io",
        "mylocalhost",
    ])
    func `A name is no address`(host: String) throws {
        let url = try GatewayURL("https://\(host)/")
        #expect(url.address == nil)
        #expect(url.host == host)
    }

    @Test(arguments: ["", "."])
    func `A name has 253 characters at most`(end: String) throws {
        let longest = String(repeating: "a.", count: 123) + "example"
        #expect(longest.utf8.count == 253)
        #expect(try GatewayURL("https://\(longest)\(end)/").host == longest + end)
        #expect(throws: GatewayURLError(.hostTooLong)) { try GatewayURL("https://a\(longest)\(end)/") }
    }

    @Test(arguments: [1, 22, 25, 80, 8448, 65535])
    func `Every port is a port`(port: Int) throws {
        #expect(try GatewayURL("https://push.example.org:\(port)/").port == port)
    }
}
