/// Gives the parts of a snapshot one after the other. Runs on the writer's thread once everything is durable and every completion
/// has run.
package typealias SnapshotSource = @Sendable (_ store: ([UInt8]) -> Void) -> Void

/// What memory leaves for the next start, which is only good as long as nothing is written after it.
extension QueueStore {
    /// Deletes the last one; the first write of a store does.
    func deleteSnapshot() throws(QueueError) {
        try connection.execute("DELETE FROM snapshot")
    }

    /// Stores a new one. Where that fails there is none, and the next start takes longer.
    func writeSnapshot(_ source: SnapshotSource) {
        do throws(QueueError) {
            try begin()
            try deleteSnapshot()
            let insert = try connection.prepare("INSERT INTO snapshot (data) VALUES (?1)")
            var failure: QueueError?
            source { part in
                guard failure == nil else { return }
                do throws(QueueError) {
                    try insert.bind(1, part)
                    try insert.run()
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
            try commit()
        } catch {
            rollback()
        }
    }
}
