internal import SidecarHarness
internal import Synchronization

/// Who is who at the gateways: pushkeys to names, and what was seen before.
final class DemoRoster: Sendable {
    private struct State {
        var names: [String: String] = [:]
        /// What came and was not sent away.
        var seen: Set<DeliveryAudit.Delivery> = []
    }

    private let state = Mutex(State())

    func add(_ pushers: [DemoPusher]) {
        state.withLock { state in
            for pusher in pushers { state.names[pusher.pushkey] = pusher.name }
        }
    }

    /// The name of a notification's pusher, and whether the same one came before without being sent away.
    func sight(of received: ReceivedNotification, answer: GatewayAnswer) -> (pusher: String, isRepeated: Bool) {
        let pushkey = received.pushkey ?? ""
        let delivery = DeliveryAudit.Delivery(pushkey: pushkey, eventID: received.eventID ?? "")
        return state.withLock { state in
            let name = state.names[pushkey] ?? "unknown"
            if case .respond(let status, _, _, _) = answer, status >= 300 { return (name, false) }
            return (name, !state.seen.insert(delivery).inserted)
        }
    }
}
