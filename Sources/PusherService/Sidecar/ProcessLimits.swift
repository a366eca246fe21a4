internal import Glibc

/// What the system grants the process.
enum ProcessLimits {
    /// Raises the number of open files to what may be had without asking; the usual 1024 is less than the connections
    /// that are accepted. Returns how many there may be.
    static func raiseOpenFiles() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        if limit.rlim_cur < limit.rlim_max {
            let granted = limit.rlim_cur
            limit.rlim_cur = max(granted, min(limit.rlim_max, 65_536))
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 { limit.rlim_cur = granted }
        }
        return Int(clamping: limit.rlim_cur)
    }

    /// How many callers may be connected, so that they leave enough open files to deliver and to store.
    /// - Parameter maxInFlight: Requests in flight to gateways; each may keep another connection idle.
    static func connections(openFiles: Int, maxInFlight: Int) -> Int {
        max(16, openFiles - 2 * maxInFlight - filesInUse)
    }

    /// The database, the standard files, event loops and what is open for a moment.
    private static let filesInUse = 64
}
