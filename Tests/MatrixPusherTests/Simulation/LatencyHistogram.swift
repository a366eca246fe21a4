/// Counts of durations: to the millisecond within the first minute, to the second beyond.
struct LatencyHistogram {
    private static let fine: Int64 = 60_000
    private var counts = ContiguousArray<Int32>(repeating: 0, count: 160_000)
    private(set) var count = 0

    /// - Parameter milliseconds: up to a day.
    mutating func add(_ milliseconds: Int64) {
        let coarse = Self.fine + (milliseconds - Self.fine) / 1000
        counts[Int(milliseconds < Self.fine ? milliseconds : min(coarse, Int64(counts.count) - 1))] += 1
        count += 1
    }

    /// The duration, milliseconds, that this share of all does not exceed.
    func quantile(_ share: Double) -> Int64 {
        var rest = Int((Double(count) * share).rounded(.up))
        for bucket in counts.indices {
            rest -= Int(counts[bucket])
            if rest <= 0 {
                return Int64(bucket) < Self.fine ? Int64(bucket) : Self.fine + (Int64(bucket) - Self.fine) * 1000
            }
        }
        return .max
    }
}
