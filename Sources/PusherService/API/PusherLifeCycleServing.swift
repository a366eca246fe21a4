internal import MatrixPusher

/// What the pushers part of the socket API needs of a pusher; a seam, as ``PusherServing`` is.
protocol PusherLifeCycleServing: PusherDirectory {
    func logOut(userID: String, body: [UInt8]) async throws(PusherError) -> Int
    func deleteUser(_ userID: String) async throws(PusherError)
    func removePusher(id: Int64) async throws(PusherError) -> RemovedPusherSummary
    func removedPushers(
        since sequence: Int64, limit: Int, timeout: Duration
    ) async throws(PusherError) -> [RemovedPusherSummary]
    func restorePusher(removal: Int64) async throws(PusherError) -> PusherSummary
}

extension Pusher: PusherLifeCycleServing {}
