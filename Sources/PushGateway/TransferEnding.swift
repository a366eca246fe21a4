/// How libcurl ended a transfer: what the outcome is decided from, apart from the body.
struct TransferEnding {
    /// Why libcurl gave up; nil where it did not.
    var failure: TransferFailure?
    /// The answer's status; 0 where none came, below 200 where it was an interim one.
    var status: Int
    /// Whether reading was ended by us because the body was too long, or coded in a way that was not asked for. Before a
    /// final status that is a proxy's answer, or an interim one: the gateway has said nothing yet.
    var isUnreadable = false
    /// Whether the policy refused every address that was tried.
    var isBlocked = false
    /// Whether the connection had served another request before.
    var isReused = false
    /// From the start of the request.
    var durationMilliseconds: Int64 = 0

    /// Whether the request is to be sent again at once: its connection was closed as it went out, as HTTP/2 servers do
    /// after so many requests, and no answer had begun. libcurl does this by itself for HTTP/1.1 alone.
    var deservesAnotherTry: Bool {
        failure?.kind == .transport && status == 0 && isReused && durationMilliseconds < 1000
    }
}

extension GatewayResponse {
    /// Decides what a transfer came to. The answer counts before libcurl's result: a connection that breaks or stalls
    /// after a whole answer has done its work, and a status other than 2xx says all there is to say.
    init(ending: TransferEnding, retryAfter: Duration?, body: [UInt8], pushkey: String) {
        if ending.isBlocked {
            self.init(outcome: .blockedAddress)
        } else if let failure = ending.failure,
            ending.status < 200 || ending.status < 300 && !ending.isUnreadable && !Self.isComplete(body)
        {
            self.init(outcome: .failed(failure))
        } else {
            self.init(
                status: ending.status, retryAfter: retryAfter, body: ending.isUnreadable ? [] : body, pushkey: pushkey)
        }
    }
}
