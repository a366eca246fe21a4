extension RoundSet {
    /// Runs a task of `count` items once to warm up and then `rounds` times, for the time of an item.
    /// - Parameter unit: `ns`, `µs` or `ms`.
    static func timing(
        _ name: String, unit: String, rounds: Int, count: Int = 1, _ task: () throws -> Void
    ) rethrows -> RoundSet {
        let scale = unit == "ms" ? 1e6 : unit == "µs" ? 1e3 : 1
        try task()
        var set = RoundSet(name, unit: unit)
        for _ in 0..<rounds {
            let start = Monotonic.now
            try task()
            set.append(Double(Monotonic.now - start) / scale / Double(count))
        }
        return set
    }
}
