#if canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// The two clocks of the transfer loop.
enum LoopClock {
    /// Unix time in milliseconds.
    static var unixMilliseconds: Int64 { milliseconds(CLOCK_REALTIME) }

    /// Milliseconds since some moment in the past; never set back.
    static var monotonicMilliseconds: Int64 { milliseconds(CLOCK_MONOTONIC) }

    /// Gives up the processor for 10 ms: keeps a failing system call from spinning.
    static func pauseBriefly() {
        let time = timespec(tv_sec: 0, tv_nsec: 10_000_000)
        withUnsafePointer(to: time) { _ = nanosleep($0, nil) }
    }

    private static func milliseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

extension Duration {
    /// Whole milliseconds, rounded up and kept within `limit`; 0 for negative durations.
    func milliseconds(limit: Int64 = Int64(Int32.max)) -> Int64 {
        guard self > .zero else { return 0 }
        let (seconds, attoseconds) = components
        guard seconds < limit / 1000 else { return limit }
        return seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
