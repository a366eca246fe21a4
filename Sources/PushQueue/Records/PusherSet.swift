/// What setting a pusher did.
package struct PusherSet: Sendable, Equatable {
    /// The pusher as stored.
    package var pusher: PusherRow
    /// Whether it is new; an existing one keeps its id and its queue.
    package var created: Bool
    /// Pushers of other users with the same app id and pushkey that were removed. Their queued notifications are left
    /// to the caller, which knows their ids, to finish.
    package var replaced: [Int64]

    package init(pusher: PusherRow, created: Bool, replaced: [Int64]) {
        self.pusher = pusher
        self.created = created
        self.replaced = replaced
    }
}
