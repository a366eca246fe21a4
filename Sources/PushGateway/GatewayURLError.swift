/// Why a text cannot be a push gateway's URL; the description is fit for an API answer.
package struct GatewayURLError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong with the URL.
    package enum Reason: String, Sendable {
        case tooLong = "the URL is too long"
        case malformed = "the URL cannot be parsed"
        case forbiddenCharacter = "the URL has spaces or control characters"
        case unsupportedScheme = "the URL's scheme must be https"
        case httpNotAllowed = "the URL's scheme must be https: plain http is not allowed here"
        case missingHost = "the URL has no host"
        case unencodedHost = "the URL's host must be ASCII: write an international name in its xn-- form"
        case hostTooLong = "the URL's host is longer than names can be: 253 characters"
        case percentInHost = "the URL's host has a percent sign in it, or is encoded twice"
        case malformedAddress = "the URL's host ends in a number but is no IPv4 address"
        case credentials = "the URL must not have a user name or password"
        case wrongPath = "the URL's path must be /_matrix/push/v1/notify"
        case unsupportedProxy = "the proxy's scheme must be http, https, socks4, socks4a, socks5 or socks5h"
    }

    package let reason: Reason

    package init(_ reason: Reason) {
        self.reason = reason
    }

    package var description: String { reason.rawValue }
}
