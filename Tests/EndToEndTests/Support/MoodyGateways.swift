import PushJSON
import SidecarHarness
import Synchronization

/// Gateways that misbehave at random: what the crash test sends its notifications to.
final class MoodyGateways: Sendable {
    /// Pushkeys rejected in all: fewer than make the sidecar suspect the gateway instead of its pushkeys.
    private static let rejectionLimit = 15

    private let seed: UInt64
    private let turn = Counter()
    private let rejections = Mutex<Set<String>>([])
    private let isAway = Atomic(false)

    init(seed: UInt64) {
        self.seed = seed
    }

    /// Pushkeys that were rejected; once rejected they always are.
    var rejected: Set<String> { rejections.withLock { $0 } }

    /// Whether the second gateway closes every connection.
    func setAway(_ away: Bool) { isAway.store(away, ordering: .relaxed) }

    /// The first gateway: well as a rule. Some events it refuses, some are too large for it, and now and then it rejects a
    /// pushkey that says "frail".
    func first(_ received: ReceivedNotification) -> GatewayAnswer {
        guard let pushkey = received.pushkey, let eventID = received.eventID else { return .respond(status: 400) }
        if rejected.contains(pushkey) { return .reject(pushkey) }
        let number = eventID.split(separator: "-").last.flatMap { Int($0) } ?? 0
        if number % 40 == 7 { return .respond(status: 400) }
        if number % 40 == 23, received.notification?["content"] != nil { return .respond(status: 413) }
        var random = generator()
        switch Int.random(in: 0..<1000, using: &random) {
        case 0..<5: return .disconnect
        case 5..<15: return .respond(status: [500, 502, 504].randomElement(using: &random) ?? 500)
        case 15..<17: return .hold
        case 17..<19: return .respond(status: 429, headers: ["Retry-After": "0"])
        case 19..<39: return .respondAndReset(status: 200)
        case 39..<50 where pushkey.contains("frail") && reject(pushkey): return .reject(pushkey)
        case let draw: return .respond(status: 200, after: .milliseconds(draw % 4))
        }
    }

    /// The second gateway: slow and overloaded, and for a while not there at all.
    func second(_ received: ReceivedNotification) -> GatewayAnswer {
        guard !isAway.load(ordering: .relaxed) else { return .disconnect }
        var random = generator()
        switch Int.random(in: 0..<100, using: &random) {
        case 0: return .respond(status: 429, headers: ["Retry-After": "1"])
        case 1: return .respond(status: 503)
        case 2: return .disconnect
        case let draw: return .respond(status: 200, after: .milliseconds(draw % 30))
        }
    }

    private func generator() -> SeededGenerator { SeededGenerator(seed: seed &+ UInt64(turn.next())) }

    private func reject(_ pushkey: String) -> Bool {
        rejections.withLock { $0.count < Self.rejectionLimit && $0.insert(pushkey).inserted }
    }
}
