import CLinux
import Glibc

/// The clock that all processes of a machine share.
enum Monotonic {
    /// Nanoseconds.
    static var now: UInt64 { nanoseconds(CLOCK_MONOTONIC) }

    /// Nanoseconds of processor time that this process has taken.
    static var processCPU: UInt64 { nanoseconds(CLOCK_PROCESS_CPUTIME_ID) }

    static func nanoseconds(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
