internal import SidecarHarness
internal import Synchronization

/// The demonstration's two gateways: one that answers at once, and one that is busy three times first.
final class DemoGateways: Sendable {
    static let busyAnswers = 3

    private struct State {
        var rejected: Set<String> = []
        var held: Set<DeliveryAudit.Delivery> = []
        var busyAnswers = 0
    }

    let log = GatewayLog()
    private let state = Mutex(State())
    private let gateways = Mutex<[DemoPusher.Gateway: ScriptedGateway]>([:])
    /// Called with every notification and what the gateway does with it.
    private let observer: @Sendable (ReceivedNotification, GatewayAnswer) -> Void

    init(observer: @escaping @Sendable (ReceivedNotification, GatewayAnswer) -> Void) {
        self.observer = observer
    }

    /// Starts both gateways.
    func start() async throws {
        for kind in DemoPusher.Gateway.allCases {
            let gateway = try await ScriptedGateway.start(name: kind.rawValue, log: log) { [self] received in
                let answer = answer(to: received, at: kind)
                observer(received, answer)
                return answer
            }
            gateways.withLock { $0[kind] = gateway }
        }
    }

    var ports: [DemoPusher.Gateway: Int] { gateways.withLock { $0.mapValues(\.port) } }

    /// From now on the gateway says of this pushkey that it is no longer good.
    func reject(_ pushkey: String) {
        state.withLock { _ = $0.rejected.insert(pushkey) }
    }

    /// The next request with this delivery gets no answer.
    func hold(_ delivery: DeliveryAudit.Delivery) {
        state.withLock { _ = $0.held.insert(delivery) }
    }

    /// Whether every request that was to be held has come.
    var hasHeldAll: Bool { state.withLock { $0.held.isEmpty } }

    private func answer(to received: ReceivedNotification, at kind: DemoPusher.Gateway) -> GatewayAnswer {
        state.withLock { state in
            if kind == .busy, state.busyAnswers < Self.busyAnswers {
                state.busyAnswers += 1
                return .respond(status: 503)
            }
            guard let pushkey = received.pushkey, let eventID = received.eventID else { return .respond(status: 400) }
            if state.held.remove(DeliveryAudit.Delivery(pushkey: pushkey, eventID: eventID)) != nil { return .hold }
            return state.rejected.contains(pushkey) ? .reject(pushkey) : .accept
        }
    }
}
