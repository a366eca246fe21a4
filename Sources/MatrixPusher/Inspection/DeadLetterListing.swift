internal import PushQueue

/// Reads of dead letters, the same for a running pusher and a database at rest.
enum DeadLetterListing {
    /// Most dead letters that one list gives, and that one call changes.
    static let maximum = 10_000
    /// Dead letters looked at in one read, so that a search through a million holds nobody up.
    static let page = 5000

    static func list(
        _ filter: DeadLetterFilter, from reader: any NotificationQueueReader, now: Int64
    ) throws(QueueError) -> [NotificationSummary] {
        let wanted = min(max(filter.limit, 0), maximum)
        return try reader.deadLetters(matching: query(filter, now: now), after: 0, limit: wanted).map {
            NotificationSummary($0)
        }
    }

    static func detail(
        _ id: Int64, from reader: any NotificationQueueReader
    ) throws(QueueError) -> NotificationDetail? {
        guard let letter = try reader.deadLetter(id) else { return nil }
        return NotificationDetail(
            summary: NotificationSummary(letter), attempts: try reader.attempts(of: id).map { DeliveryAttempt($0) })
    }

    static func query(_ filter: DeadLetterFilter, now: Int64) -> PushQueue.NotificationFilter {
        PushQueue.NotificationFilter(
            gateway: filter.gateway, userID: filter.userID, appID: filter.appID,
            queuedBefore: filter.olderThan.map { now - $0.milliseconds }, reason: filter.reason?.stored)
    }
}
