extension GatewayURL {
    /// The path of every gateway (Client-Server API, `POST /pushers/set`, `data.url`).
    package static let requiredPath = "/_matrix/push/v1/notify"

    /// Checks what a pusher's `data.url` must have: https (or http where allowed), a host, no credentials and the
    /// specified path. A query is let through, as Synapse does: some gateways tell their providers apart by it.
    /// - Throws: ``GatewayURLError`` that says what is wrong.
    package func validateForRegistration(allowHTTP: Bool) throws(GatewayURLError) {
        guard scheme == "https" || allowHTTP else { throw GatewayURLError(.httpNotAllowed) }
        guard !hasCredentials else { throw GatewayURLError(.credentials) }
        guard path == Self.requiredPath else { throw GatewayURLError(.wrongPath) }
    }
}
