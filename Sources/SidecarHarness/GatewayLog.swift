internal import Synchronization

/// What one or more gateways have received, in order.
package final class GatewayLog: Sendable {
    private struct State {
        var received: [ReceivedNotification] = []
        var connections = 0
        var openConnections = 0
    }

    private let state = Mutex(State())

    package init() {}

    package var received: [ReceivedNotification] { state.withLock { $0.received } }
    package var count: Int { state.withLock { $0.received.count } }
    /// Connections that were accepted, whether or not a request came over them.
    package var connections: Int { state.withLock { $0.connections } }

    var openConnections: Int { state.withLock { $0.openConnections } }

    func connected() {
        state.withLock {
            $0.connections += 1
            $0.openConnections += 1
        }
    }

    func disconnected() {
        state.withLock { $0.openConnections -= 1 }
    }

    /// Takes a request in and returns its place in the log.
    func append(_ received: ReceivedNotification) -> Int {
        state.withLock {
            $0.received.append(received)
            return $0.received.count - 1
        }
    }

    /// Notes the end of a request: its answer is written, or with no status its connection is gone.
    func end(_ index: Int, status: Int?, at time: ContinuousClock.Instant = .now) {
        state.withLock {
            guard $0.received[index].endedAt == nil else { return }
            $0.received[index].endedAt = time
            $0.received[index].status = status
        }
    }
}
