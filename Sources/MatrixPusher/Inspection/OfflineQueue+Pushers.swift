internal import PushQueue

extension OfflineQueue: PusherDirectory {
    public func pushers(_ filter: PusherFilter) async throws(PusherError) -> [PusherSummary] {
        try read { reader throws(QueueError) in
            let rows = try PusherListing.pushers(filter, from: reader)
            return try Self.summaries(of: rows, from: reader)
        }
    }

    public func pusher(id: Int64) async throws(PusherError) -> PusherSummary? {
        try read { reader throws(QueueError) in
            guard let row = try reader.pusher(id) else { return nil }
            return try Self.summaries(of: [row], from: reader).first
        }
    }

    public func removedPushers(
        since sequence: Int64, limit: Int
    ) async throws(PusherError) -> [RemovedPusherSummary] {
        try read { reader throws(QueueError) in
            try PusherListing.removed(since: sequence, limit: limit, from: reader)
        }
    }

    /// One pass over the queue counts what is queued for all of them: there is no index by pusher.
    private static func summaries(
        of rows: [PusherRow], from reader: any NotificationQueueReader
    ) throws(QueueError) -> [PusherSummary] {
        guard !rows.isEmpty else { return [] }
        var queued = Dictionary(rows.map { ($0.id, 0) }) { first, _ in first }
        try reader.scanNotifications { item in
            if let index = queued.index(forKey: item.pusher) { queued.values[index] += 1 }
        }
        return rows.map { PusherSummary($0, queued: queued[$0.id] ?? 0) }
    }
}
