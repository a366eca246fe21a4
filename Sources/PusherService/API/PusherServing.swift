internal import MatrixPusher

/// What the socket API needs of a pusher; a seam, so that the API is tested without a queue and gateways.
protocol PusherServing: PusherInspection {
    func submit(transactionID: String, body: [UInt8]) async throws(PusherError) -> [UInt8]
    func pushers(of userID: String) async throws(PusherError) -> [PusherSummary]
    func setPusher(userID: String, deviceID: String?, body: [UInt8]) async throws(PusherError)
    func setPushRules(userID: String, body: [UInt8]) async throws(PusherError)
    /// Why nothing can be taken in now.
    var trouble: PusherStatus.Trouble? { get }
}

extension Pusher: PusherServing {}
