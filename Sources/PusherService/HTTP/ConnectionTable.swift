internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// The connections that are open, up to a limit; one more takes the place of the one that has waited longest for its peer.
///
/// Thread-safe.
final class ConnectionTable: Sendable {
    /// What a connection waits for its peer to do.
    enum Waiting: Sendable {
        /// To ask for something.
        case idle
        /// To send the rest of a request, or to take an answer.
        case unfinished
    }

    /// A connection's place in the table. Written by its event loop, read by all.
    final class Place: Sendable {
        fileprivate let channel: any Channel
        /// Nanoseconds of the uptime since when it waits, twice, and 1 if it is idle; 0 while it is served.
        private let state: Atomic<UInt64>
        private static let givenUp = UInt64.max

        fileprivate init(_ channel: any Channel) {
            self.channel = channel
            state = Atomic(Self.encode(.idle))
        }

        /// The connection begins to wait for its peer, or, with nil, to be served.
        /// - Returns: false where its place was given to another: it has to be closed.
        @discardableResult
        func set(_ waiting: Waiting?) -> Bool {
            let current = state.load(ordering: .relaxed)
            guard current != Self.givenUp else { return false }
            let new = waiting.map(Self.encode) ?? 0
            return state.compareExchange(expected: current, desired: new, ordering: .relaxed).exchanged
        }

        fileprivate var waitsSince: UInt64 { state.load(ordering: .relaxed) }

        fileprivate func giveUp(since: UInt64) -> Bool {
            state.compareExchange(expected: since, desired: Self.givenUp, ordering: .relaxed).exchanged
        }

        private static func encode(_ waiting: Waiting) -> UInt64 {
            NIODeadline.now().uptimeNanoseconds << 1 | (waiting == .idle ? 1 : 0)
        }
    }

    private let limit: Int
    /// How long a connection must have waited before it has to make room.
    private let patience: Duration
    private let open = Mutex<[ObjectIdentifier: Place]>([:])

    init(limit: Int, patience: Duration) {
        self.limit = limit
        self.patience = patience
    }

    /// Takes a connection in until it closes; nil when there are too many and none can make room.
    func admit(_ channel: any Channel) -> Place? {
        let key = ObjectIdentifier(channel)
        let place = Place(channel)
        let (isAdmitted, evicted) = open.withLock { open -> (Bool, Place?) in
            var evicted: Place?
            if open.count >= limit {
                guard let found = evict(from: &open) else { return (false, nil) }
                evicted = found
            }
            open[key] = place
            return (true, evicted)
        }
        evicted?.channel.pipeline.fireUserInboundEventTriggered(HTTPConnection.MakeRoom())
        guard isAdmitted else { return nil }
        channel.closeFuture.whenComplete { _ in self.open.withLock { _ = $0.removeValue(forKey: key) } }
        return place
    }

    /// Takes out the connection that is idle for longest, else the one that has had longest to finish.
    private func evict(from open: inout [ObjectIdentifier: Place]) -> Place? {
        let latest = (NIODeadline.now() - TimeAmount(patience)).uptimeNanoseconds << 1
        var found: (key: ObjectIdentifier, place: Place, since: UInt64)?
        for (key, place) in open {
            let since = place.waitsSince
            guard since > 0, since < latest else { continue }
            let isBetter = found.map { since & 1 != $0.since & 1 ? since & 1 == 1 : since < $0.since } ?? true
            if isBetter { found = (key, place, since) }
        }
        guard let found, found.place.giveUp(since: found.since) else { return nil }
        open[found.key] = nil
        return found.place
    }

    /// Lets every connection finish its request; closes those that have not when the time is over.
    func drain(within timeout: Duration) async {
        let channels = open.withLock { $0.values.map(\.channel) }
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(HTTPConnection.Drain()) }
        let deadline = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: TimeAmount(timeout)) {
            for channel in channels { channel.close(promise: nil) }
        }
        for channel in channels { try? await channel.closeFuture.get() }
        deadline.cancel()
    }
}
