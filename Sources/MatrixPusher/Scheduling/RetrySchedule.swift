/// Exponential backoff with jitter: which pause follows the n-th failure in a row.
struct RetrySchedule: Sendable {
    /// Milliseconds after the first failure, without jitter.
    let initial: Double
    let multiplier: Double
    /// Milliseconds that no pause exceeds before jitter.
    let maximum: Double
    let jitter: Double
    /// Ten years in milliseconds: what longer settings are cut to, so that no sum of times overflows.
    static let longest: Int64 = 315_576_000_000

    /// Settings that make no sense (negative, not a number) become the nearest that do.
    init(_ configuration: PusherConfiguration.Retry) {
        initial = Double(min(max(configuration.initial.milliseconds, 1), Self.longest))
        multiplier = configuration.multiplier > 1 ? configuration.multiplier : 1
        maximum = Double(min(max(configuration.max.milliseconds, 1), Self.longest))
        jitter = configuration.jitter > 0 ? min(configuration.jitter, 1) : 0
    }

    /// The longest pause there can be, in milliseconds.
    var longestDelay: Int64 { Int64(maximum * (1 + jitter)) }

    /// The pause after `failures` failures in a row (1 or more), in milliseconds.
    /// - Parameter random: uniform in 0..<1; decides the jitter.
    func delay(afterFailures failures: Int, random: Double) -> Int64 {
        // 64 doublings exceed every limit; the bound keeps the loop short whatever the count.
        var delay = initial
        var remaining = min(max(failures, 1), 64) - 1
        while remaining > 0, delay < maximum {
            delay *= multiplier
            remaining -= 1
        }
        delay = min(delay, maximum) * (1 - jitter + 2 * jitter * random)
        return Int64(max(delay, 1))
    }
}
