import PushJSON

/// One figure: a value per round.
struct RoundSet {
    let name: String
    /// What the values are in, as `1/s` or `µs`; empty for a ratio.
    let unit: String
    private(set) var values: [Double] = []

    init(_ name: String, unit: String, values: [Double] = []) {
        self.name = name
        self.unit = unit
        self.values = values
    }

    mutating func append(_ value: Double) {
        values.append(value)
    }

    /// Nothing was measured.
    var isEmpty: Bool { values.isEmpty }
    var median: Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return .nan }
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
    var minimum: Double { values.min() ?? .nan }
    var maximum: Double { values.max() ?? .nan }

    /// This figure divided by another one, round by round: what was measured at the same time has met the same machine.
    func ratio(to other: RoundSet, _ name: String) -> RoundSet {
        RoundSet(name, unit: "", values: zip(values, other.values).map { $0 / $1 })
    }

    func write(to writer: inout JSONWriter) {
        writer.key("name")
        writer.value(name)
        writer.key("unit")
        writer.value(unit)
        writer.key("rounds")
        writer.value(values.count)
        for (key, value) in [("median", median), ("min", minimum), ("max", maximum)] {
            writer.key(key)
            if value.isFinite { writer.raw(NumberText.json(value).utf8) } else { writer.null() }
        }
    }
}
