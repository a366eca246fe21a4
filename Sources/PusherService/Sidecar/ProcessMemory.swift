internal import CLinux

/// How memory is had from the system.
enum ProcessMemory {
    /// Large pieces go back to the system as soon as they are free. By default the C library learns from the first of them to
    /// keep the next ones, and a table that grows leaves its former places behind.
    static func returnLargePieces() { mallopt(M_MMAP_THRESHOLD, 1 << 20) }
}
