internal import Glibc

/// The first bytes of a database file, read without SQLite.
struct DatabaseHeader: Equatable {
    private static let size = 100
    private static let magic = Array("SQLite format 3\0".utf8)

    private let bytes: [UInt8]

    /// `nil` when there is no such file.
    init?(path: String) throws(QueueError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw QueueError(.unwritable, path: path, "cannot be opened: \(String(cString: strerror(errno)))")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw QueueError(.corrupt, path: path, "is not a file")
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw QueueError(.unwritable, path: path, "cannot be read: \(String(cString: strerror(errno)))")
        }
        // Closing drops this process's POSIX locks on the file: so this runs only before SQLite opens it for writing.
        defer { close(descriptor) }
        bytes = [UInt8](unsafeUninitializedCapacity: Self.size) { buffer, count in
            count = max(0, read(descriptor, buffer.baseAddress, Self.size))
        }
    }

    var isEmpty: Bool { bytes.isEmpty }

    var isSQLite: Bool { bytes.count == Self.size && bytes.starts(with: Self.magic) }
}
