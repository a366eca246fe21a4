import PushJSON

/// A figure with what it must be and what it should be.
struct Goal {
    enum Bound {
        case atMost
        case atLeast

        var symbol: String { self == .atMost ? "≤" : "≥" }
    }

    enum Verdict: String {
        case aim
        case must
        case missed
        case notMeasured = "not_measured"

        var text: String {
            switch self {
            case .aim: "as aimed"
            case .must: "as it must be"
            case .missed: "MISSED"
            case .notMeasured: "not measured"
            }
        }
    }

    let name: String
    let bound: Bound
    let must: Double
    let aim: Double
    let figure: RoundSet

    init(_ name: String, _ bound: Bound, must: Double, aim: Double, _ figure: RoundSet) {
        self.name = name
        self.bound = bound
        self.must = must
        self.aim = aim
        self.figure = figure
    }

    /// Judged by the median.
    var verdict: Verdict {
        guard !figure.isEmpty, figure.median.isFinite else { return .notMeasured }
        if isWithin(aim) { return .aim }
        return isWithin(must) ? .must : .missed
    }

    private func isWithin(_ limit: Double) -> Bool {
        bound == .atMost ? figure.median <= limit : figure.median >= limit
    }

    /// Name, must, aim, what was got, and the verdict.
    var cells: [String] {
        let unit = figure.unit.isEmpty ? "" : " \(figure.unit)"
        let got =
            figure.isEmpty
            ? "–"
            : "\(NumberText.short(figure.median))\(unit) "
                + "(\(NumberText.short(figure.minimum)) to \(NumberText.short(figure.maximum)), \(figure.values.count))"
        return [
            name, "\(bound.symbol) \(NumberText.short(must))\(unit)", "\(bound.symbol) \(NumberText.short(aim))\(unit)",
            got, verdict.text,
        ]
    }

    var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("v")
        writer.value(1)
        writer.key("command")
        writer.value("reach")
        writer.key("figure")
        writer.value(name)
        writer.key("bound")
        writer.value(bound == .atMost ? "at_most" : "at_least")
        for (key, value) in [("must", must), ("aim", aim)] {
            writer.key(key)
            writer.raw(NumberText.json(value).utf8)
        }
        figure.write(to: &writer)
        writer.key("verdict")
        writer.value(verdict.rawValue)
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
