/// One request to a push gateway.
package struct TransferRequest: Sendable {
    /// The caller's number for the request; comes back with the result.
    package var token: UInt64
    package var url: GatewayURL
    package var body: NotificationBody
    /// The pushkey to look for in the gateway's `rejected` list.
    package var pushkey: String

    package init(token: UInt64, url: GatewayURL, body: NotificationBody, pushkey: String) {
        self.token = token
        self.url = url
        self.body = body
        self.pushkey = pushkey
    }
}
