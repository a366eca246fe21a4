/// The percentiles of many durations, in milliseconds.
struct Percentiles {
    let p50: Double
    let p99: Double
    let p999: Double

    init(p50: Double, p99: Double, p999: Double) {
        self.p50 = p50
        self.p99 = p99
        self.p999 = p999
    }

    /// - Parameter nanoseconds: nil is returned where there are none.
    init?(nanoseconds: [UInt64]) {
        guard !nanoseconds.isEmpty else { return nil }
        let sorted = nanoseconds.sorted()
        func value(_ share: Double) -> Double {
            Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]) / 1e6
        }
        p50 = value(0.5)
        p99 = value(0.99)
        p999 = value(0.999)
    }

    var values: [Double] { [p50, p99, p999] }
    static let names = ["p50", "p99", "p99.9"]
}
