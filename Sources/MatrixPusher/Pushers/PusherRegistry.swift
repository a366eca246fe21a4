internal import PushGateway
internal import PushQueue
internal import Synchronization

/// Sets, removes and lists pushers: in the queue first, then in the dispatcher's memory.
final class PusherRegistry: Sendable {
    /// A user's pushers at most: a phone and its reinstallations need a few.
    static let pushersPerUser = 200

    let dispatcher: Dispatcher
    private let reading: ReadingState
    private let reader: Mutex<any NotificationQueueReader>

    init(dispatcher: Dispatcher, reading: ReadingState, reader: sending any NotificationQueueReader) {
        self.dispatcher = dispatcher
        self.reading = reading
        self.reader = Mutex(reader)
    }

    func set(userID: String, deviceID: String?, body: [UInt8]) async throws(PusherError) {
        let request = try PusherRequest(
            body, userID: userID, deviceID: deviceID, allowHTTP: dispatcher.configuration.network.allowHTTP)
        switch request {
        case .set(let fields, let append):
            try await set(fields, append: append)
        case .remove(let appID, let pushkey):
            let rows = try read { reader throws(QueueError) in try reader.pushers(appID: appID, pushkey: pushkey) }
            try await remove(rows.filter { $0.fields.userID == userID }.map(\.id), reason: .deleted)
        }
    }

    // MARK: Pieces

    private func set(_ fields: PusherFields, append: Bool) async throws(PusherError) {
        let existing = try read { reader throws(QueueError) in try reader.pushers(of: fields.userID) }
        let isKnown = existing.contains { $0.fields.appID == fields.appID && $0.fields.pushkey == fields.pushkey }
        guard isKnown || existing.count < Self.pushersPerUser else {
            throw PusherError(.invalidParam, "the user has \(Self.pushersPerUser) pushers, which is the limit")
        }
        let dispatcher = dispatcher
        let now = UnixClock.now()
        let result = await withCheckedContinuation { continuation in
            dispatcher.queue.setPusher(fields, append: append, at: now) { [self] result in
                if case .success(let set) = result { apply(set) }
                continuation.resume(returning: result.map { _ in () })
            }
        }
        try result.forCaller()
    }

    /// Takes over what the queue has stored; in the order of the commits.
    func apply(_ set: PusherSet) {
        let now = UnixClock.now()
        let fields = set.pusher.fields
        let userHash = TextHash.of(fields.userID)
        let counts = reading.state.withLock { $0.counts(of: userHash) }
        let hidesCounts = PusherData(fields.data).hidesCounts
        var dropped: [Int64] = []
        dispatcher.state.withLock { state in
            for id in set.replaced {
                guard let slot = state.scheduler.slot(ofPusher: id) else { continue }
                dropped += state.drop(slot, because: .removed, now: now)
            }
            let slot: Int32
            // To disable a pusher is to end it in memory: what is queued for it is cancelled.
            if !fields.enabled, let known = state.scheduler.slot(ofPusher: set.pusher.id) {
                dropped += state.drop(known, because: .disabled, now: now)
            }
            if let known = state.scheduler.slot(ofPusher: set.pusher.id) {
                slot = known
                state.details[slot] = nil
                state.scheduler.replacePusher(slot, gateway: fields.gateway, isEnabled: fields.enabled, now: now)
            } else {
                slot = state.scheduler.addPusher(
                    id: set.pusher.id, userHash: userHash, gateway: fields.gateway, isEnabled: fields.enabled)
            }
            state.scheduler.setHidesCounts(slot, hidesCounts)
            state.scheduler.setCounts(ofUser: userHash, counts)
        }
        if !dropped.isEmpty { dispatcher.queue.finish(dropped.map { FinishedNotification(id: $0, hadFailures: true) }) }
        if !fields.enabled || hidesCounts, !set.created { dispatcher.queue.deleteBadge(of: set.pusher.id, upTo: .max) }
        if !set.replaced.isEmpty { dispatcher.removals.announce() }
        dispatcher.wake()
    }

    func read<Value: Sendable>(
        _ body: (any NotificationQueueReader) throws(QueueError) -> Value
    ) throws(PusherError) -> Value {
        try reader.withLock { reader throws(PusherError) in
            do throws(QueueError) {
                return try body(reader)
            } catch {
                throw PusherError(error)
            }
        }
    }
}

extension Dispatcher {
    /// Takes a pusher that is no longer stored out of service, what is queued for it out of the queue, and tells who
    /// follows the removals.
    func drop(_ pusher: Int64, now: Int64) {
        let notifications = state.withLock { state in
            state.scheduler.slot(ofPusher: pusher).map { state.drop($0, because: .removed, now: now) } ?? []
        }
        if !notifications.isEmpty {
            queue.finish(notifications.map { FinishedNotification(id: $0, hadFailures: true) })
        }
        removals.announce()
    }
}

extension Dispatcher.State {
    /// Takes a pusher out of service and forgets what was kept for it.
    /// - Returns: the ids of what was queued for it.
    mutating func drop(_ slot: Int32, because reason: CancellationReason, now: Int64) -> [Int64] {
        let notifications = scheduler.removePusher(slot)
        details[slot] = nil
        for notification in notifications { window.release(notification) }
        if !notifications.isEmpty { recent.add(.cancelled(reason), now: now, count: notifications.count) }
        return notifications
    }
}
