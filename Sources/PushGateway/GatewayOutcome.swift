/// What became of one request to a push gateway; who is to blame is decided above.
package enum GatewayOutcome: Sendable, Equatable {
    /// The gateway took the notification.
    case accepted
    /// The gateway took the request and rejected our pushkey: the pusher is to be removed.
    case rejected
    /// The gateway answered with another status than 2xx; `retryAfter` is its wish, not capped.
    case status(Int, retryAfter: Duration?)
    /// There was no usable answer.
    case failed(TransferFailure)
    /// The address policy refuses every address of the gateway; no connection was made.
    case blockedAddress
    /// The loop stopped before the answer came.
    case cancelled

    /// A short text out of a bounded set, for metric labels.
    package var label: String {
        switch self {
        case .accepted: "accepted"
        case .rejected: "rejected"
        case .status(let status, _):
            switch status {
            case 408, 413, 429, 500, 502, 503, 504, 507: "http_\(status)"
            case 300..<400: "http_3xx"
            case 400..<500: "http_4xx"
            case 500..<600: "http_5xx"
            default: "http_other"
            }
        case .failed(let failure): failure.kind.rawValue
        case .blockedAddress: "blocked_address"
        case .cancelled: "cancelled"
        }
    }

    /// The HTTP status where the gateway sent one other than 2xx.
    package var status: Int? {
        if case .status(let status, _) = self { status } else { nil }
    }

    /// A sentence for logs and the queue; never has a pushkey or anything the gateway wrote.
    package var reason: String {
        switch self {
        case .accepted: "accepted"
        case .rejected: "the gateway rejected the pushkey"
        case .status(let status, let retryAfter?):
            "HTTP status \(status), retry after \(retryAfter.components.seconds) s"
        case .status(let status, nil): "HTTP status \(status)"
        case .failed(let failure): failure.description
        case .blockedAddress: "the gateway's address is refused by policy"
        case .cancelled: "cancelled by shutdown"
        }
    }
}
