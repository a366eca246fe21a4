/// What can be asked about pushers, of a running ``Pusher`` or of a database at rest.
public protocol PusherDirectory: Sendable {
    /// Pushers with their health, in the order in which they were first set.
    func pushers(_ filter: PusherFilter) async throws(PusherError) -> [PusherSummary]
    /// A pusher with its health; nil where there is none with this id.
    func pusher(id: Int64) async throws(PusherError) -> PusherSummary?
    /// What was removed after a removal's sequence number, in the order of the removals.
    func removedPushers(since sequence: Int64, limit: Int) async throws(PusherError) -> [RemovedPusherSummary]
}
