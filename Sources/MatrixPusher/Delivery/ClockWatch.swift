/// Notices that the wall clock is set, by a clock that never is.
struct ClockWatch: Sendable {
    /// Milliseconds; less is left alone, as clocks are read one after the other.
    static let tolerance: Int64 = 1000

    /// How far the wall clock is ahead of the other.
    private var offset: Int64?

    /// - Parameters:
    ///   - wall: Unix milliseconds.
    ///   - steady: Milliseconds since whenever.
    /// - Returns: by how many milliseconds the wall clock was set since the last call, mostly 0.
    mutating func step(wall: Int64, steady: Int64) -> Int64 {
        let now = wall - steady
        guard let offset, abs(now - offset) >= Self.tolerance else {
            if offset == nil { offset = now }
            return 0
        }
        self.offset = now
        return now - offset
    }
}
