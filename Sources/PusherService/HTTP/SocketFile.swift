internal import Glibc
internal import MatrixPusher

/// The socket's file: made with its mode, taken over from a process that is gone, removed at the end.
struct SocketFile: Sendable {
    let path: String
    /// A bound socket that does not listen yet; whoever takes it closes it.
    let descriptor: CInt
    private let identity: Identity

    /// Binds a socket to the path.
    ///
    /// The mode is set before anybody can connect, for until `listen` every connection is refused. A socket file at the
    /// path is replaced only where nobody answers on it; any other file is left alone.
    /// - Throws: ``PusherError`` `unusable` with the path and what is wrong.
    init(binding path: String, mode: mode_t) throws(PusherError) {
        var address = try Self.address(path)
        try Self.removeStale(path, &address)
        let descriptor = try Self.makeSocket(path)
        do throws(PusherError) {
            guard UnixAddress.with(&address, { bind(descriptor, $0, $1) }) == 0 else {
                throw Self.failure("cannot create the socket", path)
            }
            guard chmod(path, mode) == 0 else { throw Self.failure("cannot set the mode of the socket", path) }
            var status = stat()
            guard lstat(path, &status) == 0 else { throw Self.failure("cannot look at the socket", path) }
            self.path = path
            self.descriptor = descriptor
            identity = Identity(status)
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Sets how many connections may wait to be accepted, on a socket that listens: NIO begins with 128 on one that it is
    /// given, whatever its options say.
    func setBacklog(_ count: Int32) {
        listen(descriptor, count)
    }

    /// Removes the file, unless it is another one by now.
    func remove() {
        var status = stat()
        guard lstat(path, &status) == 0, Identity(status) == identity else { return }
        unlink(path)
    }

    /// What tells this file from a later one at the same path; inode numbers are used again.
    private struct Identity: Equatable {
        let device: dev_t
        let inode: ino_t
        let seconds: Int
        let nanoseconds: Int

        init(_ status: stat) {
            device = status.st_dev
            inode = status.st_ino
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
        }
    }

    // MARK: Steps

    private static func removeStale(_ path: String, _ address: inout sockaddr_un) throws(PusherError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw failure("cannot look at", path)
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw PusherError(.unusable, "\(path) exists and is no socket; it is left alone")
        }
        let probe = try makeSocket(path)
        defer { close(probe) }
        guard UnixAddress.with(&address, { connect(probe, $0, $1) }) != 0, errno != EAGAIN, errno != EINPROGRESS else {
            throw PusherError(.unusable, "another process answers on the socket \(path)")
        }
        guard errno == ECONNREFUSED else { throw failure("cannot find out whether anybody answers on", path) }
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("cannot remove the stale socket", path) }
    }

    private static func makeSocket(_ path: String) throws(PusherError) -> CInt {
        let flags = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, flags, 0)
        guard descriptor >= 0 else { throw failure("cannot create the socket", path) }
        return descriptor
    }

    private static func address(_ path: String) throws(PusherError) -> sockaddr_un {
        guard let address = UnixAddress.make(path) else {
            throw PusherError(
                .unusable,
                "the socket's path is \(path.utf8.count) bytes long; the system allows \(UnixAddress.longestPath)"
            )
        }
        return address
    }

    private static func failure(_ what: String, _ path: String) -> PusherError {
        PusherError(.unusable, "\(what) \(path): \(SystemError.text(errno))")
    }
}
