/// How pushers end, and how to follow it. All of these throw ``PusherError``: `unavailable` when the queue can not be
/// written or read now, and what they say themselves.
extension Pusher: PusherDirectory {
    /// Longest time that ``removedPushers(since:limit:timeout:)`` waits.
    public static let longestWait: Duration = .seconds(60)

    // MARK: Ending

    /// Removes the pushers of devices that are logged out.
    ///
    /// A pusher without a device is of none of `device_ids`, and is not of `except_device_id`.
    /// - Parameter body: JSON, `{"device_ids": ["A", "B"]}` or `{"except_device_id": "A"}`.
    /// - Returns: how many were removed.
    /// - Throws: `notJSON`, `badJSON`, `missingParam` or `invalidParam` for a body that can not be used.
    public func logOut(userID: String, body: [UInt8]) async throws(PusherError) -> Int {
        try await registry.logOut(userID: try UserID.checked(userID), LogoutRequest(body))
    }

    /// Deletes all that is kept of a user: pushers, what is queued, push rules, counts, history and tombstones.
    ///
    /// What stays, as long as other tombstones do, is that these pushers were removed, for who follows the removals.
    public func deleteUser(_ userID: String) async throws(PusherError) {
        try await registry.deleteUser(try UserID.checked(userID), rulesets: rulesets, reading: reading)
    }

    /// Removes a pusher, as an operator.
    /// - Returns: its tombstone.
    /// - Throws: `notFound` where there is no pusher with this id.
    public func removePusher(id: Int64) async throws(PusherError) -> RemovedPusherSummary {
        try await registry.remove(id: id)
    }

    // MARK: Following

    public func removedPushers(
        since sequence: Int64, limit: Int
    ) async throws(PusherError) -> [RemovedPusherSummary] {
        try registry.removed(since: sequence, limit: limit)
    }

    /// What was removed after a removal's sequence number; where there is nothing, waits for the next removal.
    /// - Parameter timeout: How long to wait, at most ``longestWait``. The wait also ends when the task is cancelled, and
    ///   with ``endWaiting()``.
    public func removedPushers(
        since sequence: Int64, limit: Int, timeout: Duration
    ) async throws(PusherError) -> [RemovedPusherSummary] {
        try await registry.removed(since: sequence, limit: limit, timeout: min(timeout, Self.longestWait))
    }

    /// Ends all waits for removals, and lets none begin, so that who serves them can shut down.
    public func endWaiting() {
        registry.endWaiting()
    }

    /// Takes a removal back: the pusher is set again as it was, under a new id and without failures.
    /// - Parameter removal: The removal's sequence number.
    /// - Throws: `notFound` where there is no such removal; `invalidParam` where it was taken back already, the app ID and
    ///   pushkey were set again since, or the user was deleted.
    public func restorePusher(removal: Int64) async throws(PusherError) -> PusherSummary {
        try await registry.restore(removal: removal)
    }

    // MARK: Listing

    public func pushers(_ filter: PusherFilter) async throws(PusherError) -> [PusherSummary] {
        try registry.list(filter)
    }

    public func pusher(id: Int64) async throws(PusherError) -> PusherSummary? {
        try registry.summary(id: id)
    }
}
