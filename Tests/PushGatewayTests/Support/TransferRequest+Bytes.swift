@testable import PushGateway

extension TransferRequest {
    init(token: UInt64, url: GatewayURL, body: [UInt8], pushkey: String) {
        self.init(token: token, url: url, body: NotificationBody(body), pushkey: pushkey)
    }
}
