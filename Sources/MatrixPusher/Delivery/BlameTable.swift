internal import PushGateway
internal import PushQueue

/// Whose fault an outcome is, and what follows: the delivery policy in one function.
enum BlameTable {
    /// Refusals after which a notification becomes a dead letter.
    static let refusalsUntilBuried = 5
    /// A gateway that is out of storage for a pusher is left alone for at least this long, milliseconds.
    static let storagePause: Int64 = 5 * 60_000

    /// - Parameters:
    ///   - refusals: How often this notification was refused before.
    ///   - isReduced: It went as `event_id_only` because it had been too large.
    static func decide(_ outcome: GatewayOutcome, refusals: Int, isReduced: Bool) -> DeliveryDecision {
        switch outcome {
        case .accepted: .done
        case .rejected: .removePusher
        case .cancelled: .release
        case .blockedAddress: .bury(.blockedAddress)
        case .failed(let failure) where failure.isShortage: .release
        case .failed(let failure) where failure.kind == .local: .postpone(milliseconds: 5000)
        case .failed: .blameGateway(retryAfter: nil)
        case .status(let status, let retryAfter):
            switch status {
            case 408, 429, 503: .blameGateway(retryAfter: retryAfter?.milliseconds)
            case 413: isReduced ? .bury(.tooLarge) : .reduce
            case 507: .blamePusher(minimumDelay: storagePause)
            case 500...: .blameEither
            default: refusals + 1 >= refusalsUntilBuried ? .bury(.refused) : .refuse
            }
        }
    }
}
