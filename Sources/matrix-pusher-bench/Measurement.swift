import PushJSON

/// One figure: rounds of a task, each giving a time per item.
struct Measurement {
    let name: String
    /// What the time is of: `ns` for one recipient or event, `ms` for a whole run.
    let unit: String
    /// One value per round, sorted.
    private let values: [Double]

    /// Runs a task once to warm up and then `rounds` times; `count` is the number of items in a run.
    init(_ name: String, unit: String, rounds: Int, count: Int, _ task: () throws -> Void) rethrows {
        self.name = name
        self.unit = unit
        try task()
        let clock = ContinuousClock()
        var values: [Double] = []
        for _ in 0..<rounds {
            let elapsed = try clock.measure(task)
            let nanoseconds = Double(elapsed.components.seconds) * 1e9 + Double(elapsed.components.attoseconds) / 1e9
            values.append(unit == "ms" ? nanoseconds / 1e6 : nanoseconds / Double(count))
        }
        self.values = values.sorted()
    }

    var row: String {
        let figures = [values[values.count / 2], values[0], values[values.count - 1]].map(Self.decimal)
        let padding = String(repeating: " ", count: max(0, 58 - name.count))
        return "\(name)\(padding)\(figures[0]) \(unit)  (\(figures[1]) to \(figures[2]))"
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("v")
        writer.value(1)
        writer.key("name")
        writer.value(name)
        writer.key("unit")
        writer.value(unit)
        writer.key("rounds")
        writer.value(values.count)
        for (key, value) in [
            ("median", values[values.count / 2]), ("min", values[0]), ("max", values[values.count - 1]),
        ] {
            writer.key(key)
            writer.raw(Self.decimal(value).utf8)
        }
        writer.endObject()
    }

    /// Two decimals.
    private static func decimal(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}
