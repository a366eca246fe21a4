internal import CLinuxStatx
internal import CSQLite
internal import Glibc

/// The files a database consists of while it is open. SQLite goes on writing to files that were deleted or replaced under
/// it, and all of that is gone with the process: so this is looked at before each commit.
struct DatabaseFiles {
    private let path: String
    private let database: Identity?
    private var log: Identity?

    private struct Identity: Equatable {
        let device: UInt64
        let inode: UInt64

        init?(_ path: String) {
            var status = statx()
            // The inode alone: whoever asks for the times makes Linux (since 6.13) set new ones at the next write, and the
            // sync after it write them down.
            if statx(AT_FDCWD, path, 0, UInt32(STATX_INO), &status) == 0 {
                let (major, minor) = (UInt64(status.stx_dev_major), UInt64(status.stx_dev_minor))
                // As makedev(3) does.
                device = (major & ~0xFFF) << 32 | (major & 0xFFF) << 8 | (minor & ~0xFF) << 12 | minor & 0xFF
                inode = status.stx_ino
                return
            }
            // A sandbox may know the older call alone.
            var olderStatus = stat()
            guard stat(path, &olderStatus) == 0 else { return nil }
            (device, inode) = (UInt64(olderStatus.st_dev), UInt64(olderStatus.st_ino))
        }
    }

    /// Notes which files are there now.
    init(path: String) {
        self.path = path
        database = Identity(path)
        log = Identity(path + "-wal")
    }

    /// The log will be brought into the database before it is closed, wherever it is.
    mutating func forgetLog() { log = nil }

    /// Throws, with a code that blames the environment, when one of them is no longer there.
    func check() throws(QueueError) {
        for (known, name) in [(database, path), (log, path + "-wal")] {
            // Put back, it can be written again.
            guard let known, Identity(name) != known else { continue }
            throw QueueError(
                .sqlite, path: path,
                "\(name) was deleted, moved or replaced while it was in use: put it back, or restart to begin with what is there",
                sqliteCode: SQLITE_READONLY | 4 << 8)
        }
    }
}
