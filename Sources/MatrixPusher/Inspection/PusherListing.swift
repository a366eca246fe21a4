internal import PushQueue

/// Reads of pushers and of what was removed, the same for a running pusher and a database at rest.
enum PusherListing {
    /// Most pushers or tombstones that one list gives.
    static let maximum = 10_000

    static func pushers(
        _ filter: PusherFilter, from reader: any NotificationQueueReader
    ) throws(QueueError) -> [PusherRow] {
        let query = PusherQuery(
            gateway: filter.gateway, userID: filter.userID, appID: filter.appID,
            state: filter.state.map { state in
                switch state {
                case .ok: .ok
                case .failing: .failing
                case .disabled: .disabled
                }
            })
        return try reader.pushers(matching: query, after: 0, limit: min(max(filter.limit, 0), maximum))
    }

    /// What was removed after a sequence number, in the order of the removals.
    static func removed(
        since sequence: Int64, limit: Int, from reader: any NotificationQueueReader
    ) throws(QueueError) -> [RemovedPusherSummary] {
        var removed: [RemovedPusherSummary] = []
        for tombstone in try reader.removedPushers(since: sequence, limit: min(max(limit, 0), maximum)) {
            let fields = tombstone.pusher.fields
            let present = try reader.pushers(appID: fields.appID, pushkey: fields.pushkey)
            removed.append(RemovedPusherSummary(tombstone, present: present))
        }
        return removed
    }
}
