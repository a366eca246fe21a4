internal import Glibc

/// Keeps a second process away from a database, for as long as it lives.
///
/// The lock is on a file of its own beside the database: SQLite has locks of its own on the database file.
/// It goes with the process, whatever ends it; the file stays.
final class DatabaseLock: Sendable {
    private let descriptor: Int32

    /// Throws `.inUse` when another process (or another queue of this one) has the database.
    init(databasePath: String) throws(QueueError) {
        let path = databasePath + "-lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw QueueError(
                .unwritable, path: databasePath,
                "cannot be locked: \(path): \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = Self.readProcessID(descriptor)
            close(descriptor)
            throw QueueError(
                .inUse, path: databasePath,
                "is in use by another matrix-pusher" + (holder.map { " (pid \($0))" } ?? ""))
        }
        self.descriptor = descriptor
        Self.write(processID: getpid(), to: descriptor)
    }

    deinit {
        // Not left to closing: a child process between fork and exec has the descriptor too.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private static func readProcessID(_ descriptor: Int32) -> Int32? {
        let bytes = [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
            count = max(0, pread(descriptor, buffer.baseAddress, 16, 0))
        }
        return Int32(String(decoding: bytes.prefix { $0 >= 0x30 && $0 <= 0x39 }, as: UTF8.self))
    }

    /// The id only serves the error message, so that failing to write it is no error.
    private static func write(processID: Int32, to descriptor: Int32) {
        let text = Array("\(processID)\n".utf8)
        guard ftruncate(descriptor, 0) == 0 else { return }
        _ = pwrite(descriptor, text, text.count, 0)
    }
}
