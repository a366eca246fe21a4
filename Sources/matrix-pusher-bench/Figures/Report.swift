import Glibc
import PushJSON

/// Where figures are printed: a table for people, or one JSON object a line.
struct Report {
    let command: String
    let isJSON: Bool

    /// Prints the figures of one case; those without a value are left out.
    func print(_ title: String, _ figures: [RoundSet]) {
        let figures = figures.filter { !$0.isEmpty }
        if isJSON {
            for figure in figures { Swift.print(line(title, figure)) }
        } else {
            Swift.print("\n\(command): \(title)")
            for figure in figures { Swift.print(row(figure)) }
        }
        fflush(nil)
    }

    /// Says something that is no figure, where people see it.
    func note(_ text: String) {
        StandardError.write(text)
    }

    private func row(_ figure: RoundSet) -> String {
        let padding = String(repeating: " ", count: max(1, 46 - figure.name.count))
        let median = NumberText.short(figure.median)
        let column = String(repeating: " ", count: max(0, 10 - median.count)) + median
        let unit = figure.unit.isEmpty ? "" : " \(figure.unit)"
        let range =
            figure.values.count == 1
            ? "" : "  (\(NumberText.short(figure.minimum)) to \(NumberText.short(figure.maximum)))"
        return "  \(figure.name)\(padding)\(column)\(unit)\(range)"
    }

    private func line(_ title: String, _ figure: RoundSet) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("v")
        writer.value(1)
        writer.key("command")
        writer.value(command)
        writer.key("case")
        writer.value(title)
        figure.write(to: &writer)
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
