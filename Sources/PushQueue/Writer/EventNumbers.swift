/// Hands out event numbers that are never used twice.
///
/// The database holds a bound below which numbers may have been used. It is raised in steps, so that few commits have to
/// write it. After a crash numbering goes on at the bound: the gap has to stay small beside the history, which counts its
/// length in numbers.
struct EventNumbers: Equatable {
    static let step: Int64 = 1024

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
