import PushGateway
import Synchronization

/// A loop with a source that tests put requests into.
final class LoopHarness: Sendable {
    /// Hands out queued requests and collects what has finished.
    final class Source: TransferSource {
        struct State: Sendable {
            var queued: [TransferRequest] = []
            var finished: [FinishedTransfer] = []
            var exchanges = 0
            var largestCapacity = 0
            var waiters: [(isDone: @Sendable (State) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
        }

        let state = Mutex(State())
        let pause: Duration?

        var snapshot: State { state.withLock { $0 } }

        init(pause: Duration?) {
            self.pause = pause
        }

        func exchange(finished: [FinishedTransfer], capacity: Int, requests: inout [TransferRequest]) -> Duration? {
            let ready = state.withLock { state in
                state.exchanges += 1
                state.largestCapacity = max(state.largestCapacity, capacity)
                state.finished += finished
                let count = min(capacity, state.queued.count)
                requests += state.queued.prefix(count)
                state.queued.removeFirst(count)
                let current = state
                let ready = state.waiters.filter { $0.isDone(current) }
                state.waiters.removeAll { $0.isDone(current) }
                return ready
            }
            for waiter in ready { waiter.continuation.resume() }
            return pause
        }

        /// Returns after the exchange that makes the condition true.
        func wait(until isDone: @escaping @Sendable (State) -> Bool) async {
            await withCheckedContinuation { continuation in
                let isThere = state.withLock { state in
                    let isThere = isDone(state)
                    if !isThere { state.waiters.append((isDone, continuation)) }
                    return isThere
                }
                if isThere { continuation.resume() }
            }
        }
    }

    let loop: TransferLoop
    let source: Source

    /// A running loop that may connect to this machine by plain http.
    init(
        capacity: Int = 16, pause: Duration? = nil, loopbackAllowed: Bool = true,
        _ adjust: (inout GatewayClientConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = GatewayClientConfiguration(version: "test")
        configuration.allowHTTP = true
        if loopbackAllowed {
            configuration.addressPolicy = AddressPolicy(allowlist: [try AddressRange("127.0.0.0/8")])
        }
        adjust(&configuration)
        source = Source(pause: pause)
        loop = try TransferLoop(configuration: configuration, capacity: capacity)
        try loop.start(source: source)
    }

    /// Queues requests without waiting for them.
    func queue(_ requests: [TransferRequest]) {
        source.state.withLock { $0.queued += requests }
        loop.wake()
    }

    /// Sends requests and returns everything that has finished, in order of token, once all have.
    func send(_ requests: [TransferRequest]) async -> [FinishedTransfer] {
        let expected = source.state.withLock { $0.finished.count } + requests.count
        queue(requests)
        return await finished(expected)
    }

    /// Everything that has finished, in order of token, once it is this many.
    func finished(_ count: Int) async -> [FinishedTransfer] {
        await source.wait { $0.finished.count >= count }
        return source.state.withLock { $0.finished }.sorted { $0.token < $1.token }
    }

    /// Ends the loop at once.
    func stop() async {
        loop.stop(drain: .zero)
        await loop.ended()
    }

    /// A small request to a server on this machine.
    static func request(
        _ token: UInt64 = 1, port: Int, path: String = GatewayURL.requiredPath, pushkey: String = "key",
        body: [UInt8] = Array("{}".utf8)
    ) throws -> TransferRequest {
        TransferRequest(
            token: token, url: try GatewayURL("http://127.0.0.1:\(port)\(path)"), body: body, pushkey: pushkey)
    }
}
