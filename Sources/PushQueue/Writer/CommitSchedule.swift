/// Decides when the writer commits.
///
/// Writes somebody waits for are committed at once. The others wait a moment for company, and after a failed commit
/// longer. Times are nanoseconds of a monotonic clock.
struct CommitSchedule: Equatable {
    /// How long a write that nobody waits for may wait.
    static let hold: UInt64 = 20_000_000
    /// So many rows need no further company.
    static let enough = 512
    static let firstRetry: UInt64 = 1_000_000_000
    static let laterRetry: UInt64 = 2_000_000_000

    enum Next: Equatable {
        case commit
        case wait(until: UInt64)
        case idle
    }

    private(set) var isUrgent = false
    private var quietRows = 0
    private var quietSince: UInt64 = 0
    private var failures = 0
    private var retryAt: UInt64?

    mutating func addUrgent() {
        isUrgent = true
    }

    mutating func addQuiet(rows: Int, now: UInt64) {
        if quietRows == 0 { quietSince = now }
        quietRows += max(rows, 1)
    }

    /// The writer has taken all that was waiting.
    mutating func taken() {
        isUrgent = false
        quietRows = 0
    }

    /// All that was taken is dealt with.
    mutating func succeeded() {
        failures = 0
        retryAt = nil
    }

    /// The writer holds writes that have to be tried again.
    mutating func failed(now: UInt64) {
        retryAt = now + (failures == 0 ? Self.firstRetry : Self.laterRetry)
        failures += 1
    }

    func next(now: UInt64) -> Next {
        if isUrgent { return .commit }
        // While commits fail, writes nobody waits for do not hasten the next try.
        if let retryAt { return now >= retryAt ? .commit : .wait(until: retryAt) }
        guard quietRows > 0 else { return .idle }
        let due = quietSince + Self.hold
        return quietRows >= Self.enough || now >= due ? .commit : .wait(until: due)
    }
}
