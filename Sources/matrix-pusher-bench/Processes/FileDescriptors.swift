import Glibc

/// The limit on open files, which child processes inherit.
enum FileDescriptors {
    /// Raises it as far as is allowed: thousands of requests in flight need as many sockets.
    static func allowMany() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
