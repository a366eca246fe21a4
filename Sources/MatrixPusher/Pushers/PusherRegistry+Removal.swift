internal import PushQueue
internal import Synchronization

/// How pushers end, and come back.
extension PusherRegistry {
    /// - Returns: how many were removed.
    func logOut(userID: String, _ request: LogoutRequest) async throws(PusherError) -> Int {
        let rows = try read { reader throws(QueueError) in try reader.pushers(of: userID) }
        return try await remove(rows.filter { request.includes($0.fields) }.map(\.id), reason: .logout).count
    }

    func remove(id: Int64) async throws(PusherError) -> RemovedPusherSummary {
        guard let removed = try await remove([id], reason: .deleted).first else { throw Self.noSuchPusher }
        return RemovedPusherSummary(removed, present: [])
    }

    static let noSuchPusher = PusherError(.notFound, "there is no pusher with this id")

    /// Removes pushers from the queue, then from memory.
    /// - Returns: the tombstones of those that there were.
    @discardableResult
    func remove(_ ids: [Int64], reason: RemovedPusher.Reason) async throws(PusherError) -> [RemovedPusher] {
        guard !ids.isEmpty else { return [] }
        let dispatcher = dispatcher
        let now = UnixClock.now()
        let result = await withCheckedContinuation { continuation in
            dispatcher.queue.removePushers(ids, notifications: [], reason: reason, at: now) { result in
                if case .success(let removed) = result { dispatcher.dropRemoved(removed, now: now) }
                continuation.resume(returning: result)
            }
        }
        return try result.forCaller()
    }

    func deleteUser(
        _ userID: String, rulesets: RulesetStore, reading: ReadingState
    ) async throws(PusherError) {
        try await rulesets.forget(userID: userID) { () async throws(PusherError) in
            try await deleteStored(userID, reading: reading)
        }
    }

    private func deleteStored(_ userID: String, reading: ReadingState) async throws(PusherError) {
        let dispatcher = dispatcher
        let now = UnixClock.now()
        let result = await withCheckedContinuation { continuation in
            dispatcher.queue.deleteUser(userID, notifications: [], at: now) { result in
                if case .success(let removed) = result {
                    reading.state.withLock { $0.forget(user: TextHash.of(userID)) }
                    dispatcher.forgetCounts(of: userID)
                    dispatcher.dropRemoved(removed, now: now)
                }
                continuation.resume(returning: result)
            }
        }
        _ = try result.forCaller()
    }

    func restore(removal: Int64) async throws(PusherError) -> PusherSummary {
        let dispatcher = dispatcher
        let now = UnixClock.now()
        let result = await withCheckedContinuation { continuation in
            dispatcher.queue.restorePusher(sequence: removal, at: now) { [self] result in
                if case .success(let row) = result {
                    apply(PusherSet(pusher: row, created: true, replaced: []))
                }
                continuation.resume(returning: result)
            }
        }
        return PusherSummary(try result.forCaller(), queued: 0)
    }

    // MARK: Following

    func removed(since sequence: Int64, limit: Int) throws(PusherError) -> [RemovedPusherSummary] {
        try read { reader throws(QueueError) in
            try PusherListing.removed(since: sequence, limit: limit, from: reader)
        }
    }

    /// As ``removed(since:limit:)``; where there is nothing, waits for something.
    func removed(
        since sequence: Int64, limit: Int, timeout: Duration
    ) async throws(PusherError) -> [RemovedPusherSummary] {
        let feed = dispatcher.removals
        let deadline = ContinuousClock.now + timeout
        while true {
            let generation = feed.generation
            let found = try removed(since: sequence, limit: limit)
            let remaining = deadline - ContinuousClock.now
            guard found.isEmpty, remaining > .zero, !feed.isEnded, !Task.isCancelled else { return found }
            await feed.wait(after: generation, timeout: remaining)
        }
    }

    func endWaiting() { dispatcher.removals.end() }
}

extension Dispatcher {
    /// Takes pushers that are no longer stored out of service, what is queued for them out of the queue, and tells
    /// who follows the removals.
    func dropRemoved(_ removed: [RemovedPusher], now: Int64) {
        for tombstone in removed { drop(tombstone.pusher.id, now: now) }
    }

    /// A pusher that the user sets later must not begin with the former counts.
    fileprivate func forgetCounts(of userID: String) {
        state.withLock { $0.scheduler.setCounts(ofUser: TextHash.of(userID), UnreadBoard.Counts()) }
    }
}
