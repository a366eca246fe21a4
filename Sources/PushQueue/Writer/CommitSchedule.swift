/// Decides when the writer commits.
///
/// Writes somebody waits for are committed at once, but for those that come right after a commit: whoever waited for that one
/// is likely to come back with the next, and a commit for all of them costs hardly more than one for a few. The other writes
/// wait a moment for company, and after a failed commit longer. Times are nanoseconds of a monotonic clock.
struct CommitSchedule: Equatable {
    /// How long a write that nobody waits for may wait.
    static let hold: UInt64 = 20_000_000
    /// So many rows need no further company.
    static let enough = 512
    /// So many rows that nobody waits for go with a commit that others wait for, and fewer once they have waited for
    /// ``holdToJoin``. Until then they are left: what ends at about the same time lies close together, and each commit would
    /// write the same pages again.
    static let enoughToJoin = 256
    /// Well before they would need a commit of their own.
    static let holdToJoin: UInt64 = 10_000_000
    static let firstRetry: UInt64 = 1_000_000_000
    static let laterRetry: UInt64 = 2_000_000_000
    /// Longest wait for those who come back.
    static let returnHold: UInt64 = 1_000_000

    enum Next: Equatable {
        case commit
        case wait(until: UInt64)
        case idle
    }

    /// Writes somebody waits for.
    private var urgent = 0
    private var urgentRows = 0
    /// How many there will be when those of the last commit are back, and until when that is waited for.
    private var expected = 0
    private var expectedUntil: UInt64 = 0
    private var quietRows = 0
    private var quietSince: UInt64 = 0
    private var failures = 0
    private var retryAt: UInt64?

    var isUrgent: Bool { urgent > 0 }

    mutating func addUrgent(rows: Int = 1) {
        urgent += 1
        urgentRows += rows
    }

    mutating func addQuiet(rows: Int, now: UInt64) {
        if quietRows == 0 { quietSince = now }
        quietRows += max(rows, 1)
    }

    /// Whether the commit that is due can do without the writes that nobody waits for.
    func mayLeaveQuiet(now: UInt64) -> Bool {
        urgent > 0 && retryAt == nil && quietRows < Self.enoughToJoin && now < quietSince + Self.holdToJoin
    }

    /// The writer has taken all that was waiting, or all that somebody waits for.
    mutating func taken(leavingQuiet: Bool = false) {
        urgent = 0
        urgentRows = 0
        if !leavingQuiet { quietRows = 0 }
    }

    /// The writer has taken what nobody waits for, and left the rest.
    mutating func takenQuiet() { quietRows = 0 }

    /// A commit is done.
    /// - Parameters:
    ///   - commands: Writes in it that somebody waited for; none of those has come back yet.
    ///   - duration: How long it took: so long it is worth to wait for them.
    mutating func committed(commands: Int, duration: Duration, now: UInt64) {
        expected = urgent + commands
        let wait = min(duration, .nanoseconds(Self.returnHold)).components.attoseconds / 1_000_000_000
        expectedUntil = now + UInt64(clamping: wait)
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
        expected = 0
    }

    func next(now: UInt64) -> Next {
        if urgent >= max(expected, 1) || urgentRows >= Self.enough { return .commit }
        // While commits fail, writes nobody waits for do not hasten the next try.
        if urgent == 0, let retryAt { return now >= retryAt ? .commit : .wait(until: retryAt) }
        var due = UInt64.max
        if urgent > 0 { due = expectedUntil }
        if quietRows > 0 { due = quietRows >= Self.enough ? now : min(due, quietSince + Self.hold) }
        guard due < .max else { return .idle }
        return now >= due ? .commit : .wait(until: due)
    }

    /// Whether the writer has to be at work before a time that it sleeps until.
    func isDue(before time: UInt64, now: UInt64) -> Bool {
        switch next(now: now) {
        case .commit: true
        case .wait(let until): until < time
        case .idle: false
        }
    }
}
