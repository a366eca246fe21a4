/// Durations as the configuration, the API and people write them.
package enum DurationText {
    /// What ``parse(_:)`` takes, for error messages.
    package static let expectation = "a duration such as 500ms, 30s, 5m, 24h or 7d"

    private static let units: [(name: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// A whole number with a unit; nil for anything else and for more than a hundred years.
    package static func parse(_ text: String) -> Duration? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits), let unit = units.first(where: { $0.name == text.dropFirst(digits.count) })
        else { return nil }
        let (milliseconds, overflow) = number.multipliedReportingOverflow(by: unit.milliseconds)
        guard !overflow, milliseconds <= 100 * 366 * 86_400_000 else { return nil }
        return .milliseconds(milliseconds)
    }

    /// The shortest spelling that ``parse(_:)`` reads back: days from two on, so that a day is `24h`.
    package static func exact(_ duration: Duration) -> String {
        let milliseconds = duration.milliseconds
        guard milliseconds != 0 else { return "0s" }
        let unit = units.last {
            milliseconds % $0.milliseconds == 0 && ($0.name != "d" || milliseconds >= 2 * 86_400_000)
        }
        guard let unit else { return "\(milliseconds)ms" }
        return "\(milliseconds / unit.milliseconds)\(unit.name)"
    }

    /// At most two units, for people: `450ms`, `4.2s`, `3m 12s`, `2h 5m`, `3d 4h`.
    package static func rough(milliseconds: Int64) -> String {
        let value = max(0, milliseconds)
        switch value {
        case ..<1000: return "\(value)ms"
        case ..<10_000: return "\(value / 1000).\(value % 1000 / 100)s"
        case ..<60_000: return "\(value / 1000)s"
        case ..<3_600_000: return pair(value / 60_000, "m", value / 1000 % 60, "s")
        case ..<86_400_000: return pair(value / 3_600_000, "h", value / 60_000 % 60, "m")
        default: return pair(value / 86_400_000, "d", value / 3_600_000 % 24, "h")
        }
    }

    private static func pair(_ large: Int64, _ largeUnit: String, _ small: Int64, _ smallUnit: String) -> String {
        small == 0 ? "\(large)\(largeUnit)" : "\(large)\(largeUnit) \(small)\(smallUnit)"
    }
}
