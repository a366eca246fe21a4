/// Counts of what ended within the last five minutes, in sixty buckets.
struct RecentOutcomes: Sendable {
    enum Kind: Equatable, Sendable {
        case accepted, failed, rejected, expired
        case cancelled(CancellationReason)

        static let all: [Kind] =
            [.accepted, .failed, .rejected, .expired] + CancellationReason.allCases.map { .cancelled($0) }

        /// Place among `all`.
        fileprivate var index: Int {
            switch self {
            case .accepted: 0
            case .failed: 1
            case .rejected: 2
            case .expired: 3
            case .cancelled(let reason): 4 + (CancellationReason.allCases.firstIndex(of: reason) ?? 0)
            }
        }
    }

    static let window: Duration = .seconds(300)
    private static let bucketMilliseconds: Int64 = 5000
    private static let bucketCount = 60

    private var counts = [Int](repeating: 0, count: bucketCount * Kind.all.count)
    /// The newest bucket's number since 1970.
    private var newest: Int64 = 0
    /// Buckets by which the clock was set back, so that the window goes on.
    private var setBack: Int64 = 0

    mutating func add(_ kind: Kind, now: Int64, count: Int = 1) {
        advance(to: now)
        counts[Int(newest % Int64(Self.bucketCount)) * Kind.all.count + kind.index] += count
    }

    /// The sum of a kind over the window that ends now.
    mutating func total(_ kind: Kind, now: Int64) -> Int {
        advance(to: now)
        return stride(from: kind.index, to: counts.count, by: Kind.all.count).reduce(0) { $0 + counts[$1] }
    }

    /// Empties the buckets that time has passed over. A clock set back stays in the newest one, and goes on from there.
    private mutating func advance(to now: Int64) {
        let time = now / Self.bucketMilliseconds
        // Threads read the clock before they get here: a little disorder is no set-back.
        if time + setBack < newest - 1 { setBack = newest - time }
        let bucket = time + setBack
        guard bucket > newest else { return }
        for passed in max(newest + 1, bucket - Int64(Self.bucketCount) + 1)...bucket {
            let start = Int(passed % Int64(Self.bucketCount)) * Kind.all.count
            for index in start..<start + Kind.all.count { counts[index] = 0 }
        }
        newest = bucket
    }
}
