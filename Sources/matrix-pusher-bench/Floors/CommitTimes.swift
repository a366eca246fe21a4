import PushJSON
import SidecarHarness

/// How long commits of one row took, as their process prints it.
struct CommitTimes {
    let percentiles: Percentiles

    init(_ percentiles: Percentiles) {
        self.percentiles = percentiles
    }

    init(parsing text: String) throws {
        let members = try JSONDocument(parsing: text).root
        guard let p50 = members["p50"]?.integer, let p99 = members["p99"]?.integer, let p999 = members["p999"]?.integer
        else { throw HarnessError("a floor printed no result: \(text)") }
        percentiles = Percentiles(p50: Double(p50) / 1e6, p99: Double(p99) / 1e6, p999: Double(p999) / 1e6)
    }

    /// In nanoseconds.
    var json: String {
        let values = [percentiles.p50, percentiles.p99, percentiles.p999].map { Int(($0 * 1e6).rounded()) }
        return #"{"p50":\#(values[0]),"p99":\#(values[1]),"p999":\#(values[2])}"#
    }
}
