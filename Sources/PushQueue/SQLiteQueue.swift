internal import Synchronization

/// The durable queue in an SQLite database.
///
/// Thread-safe. One process at a time can have a database open as a queue; readers are not restricted.
package final class SQLiteQueue: NotificationQueue {
    package let path: String
    /// The key under which `deliveryKeys` are made, as old as the database.
    package let secret: (UInt64, UInt64)
    private let writer: QueueWriter
    private let isClosed = Mutex(false)

    /// Opens a database, creating or migrating it where needed.
    ///
    /// A file that is refused is left as it is. Errors: `.inUse`, `.unwritable`, `.corrupt`, `.foreign`, `.newerSchema`.
    package convenience init(path: String, observer: QueueObserver = QueueObserver()) throws(QueueError) {
        try self.init(path: path, observer: observer, options: QueueStore.Options())
    }

    init(path: String, observer: QueueObserver, options: QueueStore.Options) throws(QueueError) {
        self.path = path
        let store = try QueueStore(path: path, options: options)
        secret = try store.readSecret()
        writer = try QueueWriter(store: store, observer: observer)
    }

    /// Migrates a database that is not in use and returns what was applied.
    package static func migrate(path: String) throws(QueueError) -> [Migration] {
        let lock = try DatabaseLock(databasePath: path)
        defer { withExtendedLifetime(lock) {} }
        let pending = try DatabaseInspection(path: path).pendingMigrations
        _ = try QueueStore.openDatabase(path: path)
        return pending
    }

    deinit {
        closeOnce {
            // The last reference may go in a completion; the thread then ends without anyone waiting.
            if writer.isCurrentThread { writer.detach() } else { _ = writer.join() }
        }
    }

    package func makeReader() throws(QueueError) -> sending any NotificationQueueReader {
        try QueueReader(connection: Connection(path: path, mode: .readOnly))
    }

    @discardableResult
    package func close() -> Int { close(leaving: nil) }

    /// Closes, and leaves a snapshot for ``QueueScanner/scanSnapshot(_:)`` of the next start, unless some writes could not be stored.
    @discardableResult
    package func close(leaving snapshot: SnapshotSource?) -> Int {
        var unsaved = 0
        closeOnce(leaving: snapshot) { unsaved = writer.join() }
        return unsaved
    }

    private func closeOnce(leaving snapshot: SnapshotSource? = nil, _ wait: () -> Void) {
        let first = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        guard first else { return }
        writer.close(leaving: snapshot)
        wait()
    }

    func put(_ operation: WriteOperation) {
        writer.put(operation)
    }
}
