#if canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// Whether the system still gives file descriptors.
enum DescriptorShortage {
    /// Error numbers of a system or a process that has nothing left to give.
    static let errors: Set<Int32> = [EMFILE, ENFILE, ENOMEM, ENOBUFS]

    /// The calling thread's error number, where it tells of a shortage.
    static var lastError: Int32? { errors.contains(errno) ? errno : nil }

    /// The error number of a shortage there is now: fewer descriptors than are needed at once can be had.
    static func current(needed count: Int) -> Int32? {
        guard count > 0 else { return nil }
        let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return lastError }
        defer { close(descriptor) }
        return current(needed: count - 1)
    }
}
