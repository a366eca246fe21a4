internal import PushQueue

extension Pusher {
    /// Entries that a page has at most.
    public static let historyPageLimit = 100

    /// What a user was notified of, newest first. What is read is kept for a week and, of all users together, for the last
    /// 262,144 events.
    /// - Parameters:
    ///   - from: The former page's ``NotificationHistory/nextToken``; nil for the newest.
    ///   - limit: Entries wanted, at most ``historyPageLimit``.
    ///   - onlyHighlight: Only what was highlighted.
    /// - Throws: ``PusherError``: `invalidParam` for a `from` that is no token, `unavailable` when the queue can not be read.
    public func history(
        of userID: String, from: String?, limit: Int, onlyHighlight: Bool
    ) async throws(PusherError) -> NotificationHistory {
        var before = Int64.max
        if let from {
            guard let id = Int64(from), id >= 0 else {
                throw PusherError(.invalidParam, "from is no token of this endpoint")
            }
            before = id
        }
        let limit = min(max(limit, 1), Self.historyPageLimit)
        let rows = try await historyReader.read { [before] reader throws(QueueError) in
            try reader.history(of: userID, before: before, with: onlyHighlight ? .highlight : [], limit: limit + 1)
        }
        let entries = rows.prefix(limit).map { row in
            NotificationHistory.Entry(
                actions: row.actions, event: row.event.event, roomID: row.event.roomID,
                isRead: row.flags.contains(.read),
                at: row.event.at)
        }
        return NotificationHistory(
            entries: entries, nextToken: rows.count > limit ? rows[limit - 1].id.description : nil)
    }
}
