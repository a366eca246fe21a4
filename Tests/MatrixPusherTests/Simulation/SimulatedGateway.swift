import PushGateway

@testable import MatrixPusher

/// A push gateway of the simulation: answers after a while, and for a time misbehaves in one way.
struct SimulatedGateway: Sendable {
    enum Trouble: Sendable {
        /// Half of the requests find no connection in time, half no answer.
        case blackHole
        /// Connections are accepted, and nothing is ever answered.
        case silence
        case refusedConnections
        /// Every other answer, on average, is a 502.
        case badGateway
        /// 429 with a `Retry-After` of so many seconds.
        case rateLimit(retryAfter: Int64)
        case rejectedKeys
    }

    struct Answer {
        var outcome: GatewayOutcome
        /// Milliseconds.
        var duration: Int64
    }

    var name: String
    var pushers: Int
    /// Milliseconds, shortest and longest.
    var latency: ClosedRange<Int64> = 50...150
    var trouble: Trouble?
    /// When the trouble is, milliseconds since the start of the simulation.
    var troubleTime: Range<Int64> = 0..<0

    /// What becomes of a request that is sent at `time`; the same for the same notification and attempt in every run.
    func answer(to notification: Int, attempt: Int, at time: Int64, _ configuration: PusherConfiguration) -> Answer {
        let random = Self.random(notification, attempt)
        let span = UInt64(latency.upperBound - latency.lowerBound + 1)
        let answered = Answer(outcome: .accepted, duration: latency.lowerBound + Int64(random >> 32 % span))
        guard let trouble, troubleTime.contains(time) else { return answered }
        let isOdd = random & 1 == 1
        return switch trouble {
        case .blackHole:
            Answer(
                outcome: .failed(TransferFailure(.timeout)),
                duration: (isOdd ? configuration.delivery.connectTimeout : configuration.delivery.responseTimeout)
                    .milliseconds)
        case .silence:
            Answer(
                outcome: .failed(TransferFailure(.timeout)),
                duration: configuration.delivery.responseTimeout.milliseconds)
        case .refusedConnections: Answer(outcome: .failed(TransferFailure(.connect)), duration: 1)
        case .badGateway:
            isOdd ? Answer(outcome: .status(502, retryAfter: nil), duration: answered.duration) : answered
        case .rateLimit(let seconds):
            Answer(outcome: .status(429, retryAfter: .seconds(seconds)), duration: answered.duration)
        case .rejectedKeys: Answer(outcome: .rejected, duration: answered.duration)
        }
    }

    private static func random(_ notification: Int, _ attempt: Int) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: notification) &* 64 &+ UInt64(truncatingIfNeeded: attempt)
        hash = (hash &+ 1) &* 0x9E37_79B9_7F4A_7C15
        hash = (hash ^ hash >> 30) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ hash >> 27) &* 0x94D0_49BB_1331_11EB
        return hash ^ hash >> 31
    }
}
