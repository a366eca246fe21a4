/// Hands out event numbers that are never used twice.
///
/// The database holds a bound below which numbers may have been used. It is raised in large steps, so that hardly any
/// commit has to write it; a restart goes on at the bound.
struct EventNumbers: Equatable {
    static let step: Int64 = 65_536

    private(set) var next: Int64
    /// The bound in the database, and in the open transaction if that raised it.
    private(set) var bound: Int64

    init(bound: Int64) {
        self.next = bound
        self.bound = bound
    }

    /// Takes `count` consecutive numbers and returns the first; `newBound` is what must be stored with them.
    mutating func take(_ count: Int64) -> (first: Int64, newBound: Int64?) {
        let first = next
        next += count
        guard next > bound else { return (first, nil) }
        bound = next + Self.step
        return (first, bound)
    }
}
