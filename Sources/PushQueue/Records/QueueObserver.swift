/// What the queue tells about itself, for metrics and logs. Called on the writer's thread, perhaps
/// while completions of earlier commits run on another: be quick.
package struct QueueObserver: Sendable {
    /// A commit took place: rows written and the time it took, `BEGIN` to `COMMIT`.
    package var committed: @Sendable (_ rows: Int, _ duration: Duration) -> Void
    /// A commit failed. `kept` counts the writes that will be tried again, `dropped` those without a completion that
    /// were given up on because they can never succeed.
    package var failed: @Sendable (_ error: QueueError, _ kept: Int, _ dropped: Int) -> Void

    package init(
        committed: @escaping @Sendable (_ rows: Int, _ duration: Duration) -> Void = { _, _ in },
        failed: @escaping @Sendable (_ error: QueueError, _ kept: Int, _ dropped: Int) -> Void = { _, _, _ in }
    ) {
        self.committed = committed
        self.failed = failed
    }
}
