import PushGateway
import Testing

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
            ("https://push.example.org:99999/_matrix/push/v1/notify", .malformed),
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

    @Test func `A host that is an address is known as one`() throws {
        #expect(try GatewayURL("https://[2001:db8::1]/").address == IPAddress("2001:db8::1"))
        #expect(try GatewayURL("https://0x7f.1/").address == IPAddress("127.0.0.1"))
        #expect(try GatewayURL("https://push.example.org/").address == nil)
    }

    @Test(arguments: ["http://proxy:3128", "https://u:p@proxy", "socks5h://[::1]:1080", "SOCKS4A://proxy"])
    func `A proxy's URL is accepted`(text: String) throws {
        try GatewayClientConfiguration.validateProxy(text)
    }

    @Test(
        arguments: [
            ("ftp://proxy", .unsupportedProxy), ("proxy:3128", .malformed), ("proxy", .unsupportedScheme),
            ("http://", .missingHost), ("http://a b", .forbiddenCharacter),
        ] as [(String, GatewayURLError.Reason)])
    func `A text that is no proxy's URL is refused`(text: String, reason: GatewayURLError.Reason) {
        #expect(throws: GatewayURLError(reason)) { try GatewayClientConfiguration.validateProxy(text) }
    }
}
