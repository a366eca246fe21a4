internal import PusherService

/// Rows under headings, aligned; made to fit a terminal by cutting the columns that can bear it.
struct Table {
    struct Column {
        let title: String
        var isNumber = false
        /// May be cut where the terminal is narrow.
        var isFlexible = false
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    init(_ columns: [Column]) {
        self.columns = columns
    }

    /// Adds a row; its cells are made printable here.
    mutating func add(_ cells: [String]) {
        rows.append(cells.map(Printable.text))
    }

    /// The table's text, without a newline at the end.
    /// - Parameter width: Columns of the terminal; nil leaves every cell whole.
    func text(width: Int?) -> String {
        let widths = fittingWidths(width)
        return ([columns.map(\.title)] + rows).map { line($0, widths) }.joined(separator: "\n")
    }

    private static let gap = "  "
    private static let narrowest = 8

    private func fittingWidths(_ width: Int?) -> [Int] {
        var widths = columns.indices.map { index in
            rows.reduce(columns[index].title.count) { max($0, $1[index].count) }
        }
        guard let width else { return widths }
        var excess = widths.reduce(Self.gap.count * (widths.count - 1), +) - width
        while excess > 0 {
            let candidates = columns.indices.filter { columns[$0].isFlexible && widths[$0] > Self.narrowest }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            if index > 0 { line += Self.gap }
            let shown = cell.count > widths[index] ? cell.prefix(widths[index] - 1) + "…" : cell[...]
            let padding = String(repeating: " ", count: widths[index] - shown.count)
            if columns[index].isNumber {
                line += padding + shown
            } else {
                line += index == cells.count - 1 ? String(shown) : shown + padding
            }
        }
        return line
    }
}
