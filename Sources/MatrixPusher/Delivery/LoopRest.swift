/// Keeps a loop from sending while this system lacks what sending needs: a second after each time it did.
struct LoopRest {
    static let pause: Duration = .seconds(1)
    /// Between two lines of the log.
    private static let logPause: Duration = .seconds(30)

    private var end: ContinuousClock.Instant?
    private var loggedAt: ContinuousClock.Instant?

    /// Begins a rest, or prolongs it. Returns whether the log is to be told.
    mutating func begin() -> Bool {
        end = .now + Self.pause
        return mayLog()
    }

    /// How long the rest still lasts; nil where there is none.
    var left: Duration? {
        guard let end else { return nil }
        let left = end - .now
        return left > .zero ? left : nil
    }

    /// Whether enough time has passed since the last line of the log; the line is to be written then.
    mutating func mayLog() -> Bool {
        guard loggedAt.map({ .now >= $0 + Self.logPause }) ?? true else { return false }
        loggedAt = .now
        return true
    }
}
