internal import PushQueue

/// Reads of single notifications and filtered lists, the same for a running pusher and a database at rest.
enum QueueListing {
    /// Most notifications a list gives.
    static let maximum = 10_000
    private static let page = 500

    /// Lists what matches, oldest first.
    /// - Parameter adjust: Corrects what only memory knows (in flight, a lane that is down).
    static func notifications(
        _ filter: MatrixPusher.NotificationFilter, from reader: any NotificationQueueReader, now: Int64,
        adjust: (inout NotificationSummary, Int64) -> Void
    ) throws(QueueError) -> [NotificationSummary] {
        let wanted = min(max(filter.limit, 0), maximum)
        guard filter.state != .dead else {
            return try DeadLetterListing.list(DeadLetterFilter(filter), from: reader, now: now)
        }
        var found: [NotificationSummary] = []
        var after: Int64 = 0
        while found.count < wanted {
            let rows = try reader.notifications(matching: query(filter, now: now), after: after, limit: page)
            for row in rows where found.count < wanted {
                var summary = NotificationSummary(row, now: now)
                adjust(&summary, row.notification.pusher)
                if filter.state == nil || filter.state == summary.state { found.append(summary) }
            }
            guard rows.count == page, let last = rows.last else { break }
            after = last.notification.id
        }
        for badge in try badges(filter, from: reader, now: now, adjust: adjust) where found.count < wanted {
            if filter.state == nil || filter.state == badge.state { found.append(badge) }
        }
        return found
    }

    /// The counts-only pushes that match; they have no row of their own, so their ids are those of the pushers, negated.
    private static func badges(
        _ filter: MatrixPusher.NotificationFilter, from reader: any NotificationQueueReader, now: Int64,
        adjust: (inout NotificationSummary, Int64) -> Void
    ) throws(QueueError) -> [NotificationSummary] {
        let query = query(filter, now: now)
        return try reader.badges(limit: maximum).compactMap { pusher, queuedAt in
            let fields = pusher.fields
            guard query.userID.map({ $0 == fields.userID }) ?? true, query.appID.map({ $0 == fields.appID }) ?? true,
                query.gateway.map({ fields.isSent(to: $0) }) ?? true, query.queuedBefore.map({ queuedAt < $0 }) ?? true
            else { return nil }
            var summary = NotificationSummary(badgeOf: pusher, queuedAt: queuedAt, now: now)
            adjust(&summary, pusher.id)
            return summary
        }
    }

    /// A pending or dead notification with its attempts.
    static func detail(
        _ id: Int64, from reader: any NotificationQueueReader, now: Int64,
        adjust: (inout NotificationSummary, Int64) -> Void
    ) throws(QueueError) -> NotificationDetail? {
        if id < 0 {
            guard let (pusher, queuedAt) = try reader.badges(limit: maximum).first(where: { $0.pusher.id == 0 &- id })
            else {
                return nil
            }
            var summary = NotificationSummary(badgeOf: pusher, queuedAt: queuedAt, now: now)
            adjust(&summary, pusher.id)
            return NotificationDetail(summary: summary, attempts: [])
        }
        if let row = try reader.notification(id) {
            var summary = NotificationSummary(row, now: now)
            adjust(&summary, row.notification.pusher)
            let attempts = try reader.attempts(of: id).map { DeliveryAttempt($0) }
            return NotificationDetail(summary: summary, attempts: attempts)
        }
        return try DeadLetterListing.detail(id, from: reader)
    }

    private static func query(_ filter: MatrixPusher.NotificationFilter, now: Int64) -> PushQueue.NotificationFilter {
        PushQueue.NotificationFilter(
            gateway: filter.gateway, userID: filter.userID, appID: filter.appID,
            queuedBefore: filter.olderThan.map { now - $0.milliseconds })
    }
}

extension PusherFields {
    /// Whether the gateway has this name (`https://host:port`) or host.
    fileprivate func isSent(to gateway: String) -> Bool {
        guard self.gateway != gateway else { return true }
        guard let host = self.gateway.split(separator: "/").last, let colon = host.lastIndex(of: ":") else {
            return false
        }
        return host[..<colon] == gateway
    }
}
