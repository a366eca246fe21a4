#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The wall clock, in the unit of everything that is stored.
enum UnixClock {
    /// Unix milliseconds.
    static func now() -> Int64 { read(CLOCK_REALTIME) }

    /// Milliseconds of a clock that nobody sets and that goes on while the machine sleeps.
    static func steady() -> Int64 { read(CLOCK_BOOTTIME) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
