internal import ArgumentParser
internal import PushJSON
internal import PusherService

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show on one screen how the queue and the gateways are doing."
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let status = try await common.queue().status()
        if common.json { return try Output.print(json: status.root) }
        try Output.print(StatusScreen(status.root).text)
    }
}

/// The status for people.
struct StatusScreen {
    private let status: JSONValue

    init(_ status: JSONValue) {
        self.status = status
    }

    var text: String {
        let rows: [(String, String)] = [
            ("queue", "\(number("queue", "pending")) pending: \(counts("queue", ["due", "waiting", "in_flight"]))"),
            ("oldest due", number("queue", "pending") == 0 ? "-" : duration(status["queue"]?["oldest_due_seconds"])),
            ("dead", "\(number("queue", "dead"))"),
            (
                "last \(duration(status["recent"]?["window_seconds"]))",
                counts("recent", ["accepted", "failed", "rejected", "expired", "cancelled"])
            ),
            ("gateways", gateways),
            ("pushers", "\(number("pushers", "total")) total, \(number("pushers", "failing")) failing"),
            (
                "database",
                "\(trouble)\(ByteCountText.text(number("database", "bytes"))), schema \(number("database", "schema"))"
            ),
        ]
        let width = rows.reduce(0) { max($0, $1.0.count) } + 3
        let lines = rows.map { $0.0 + String(repeating: " ", count: width - $0.0.count) + $0.1 }
        return ([headline, ""] + lines).joined(separator: "\n")
    }

    /// In front of everything else about the database, where there is any.
    private var trouble: String {
        guard let error = status["database"]?["error"]?.string else { return "" }
        let lasting = duration(status["database"]?["failing_seconds"])
        return "NOT WRITABLE for \(lasting), \(number("database", "unsaved")) results unsaved: \(error); "
    }

    private var headline: String {
        let program = "matrix-pusher \(status["version"]?.string ?? "")"
        return status["running"]?.bool == true
            ? "\(program), running for \(duration(status["uptime_seconds"]))" : "\(program), not running"
    }

    /// Only states that occur, `up` always.
    private var gateways: String {
        let names = ["up", "ramping", "down", "suspect"]
        return counts("gateways", names.filter { $0 == "up" || number("gateways", $0) > 0 })
    }

    private func counts(_ section: String, _ names: [String]) -> String {
        names.map { name in
            "\(number(section, name)) \(name.split(separator: "_").joined(separator: " "))"
        }.joined(separator: ", ")
    }

    private func number(_ section: String, _ name: String) -> Int64 {
        status[section]?[name]?.integer ?? 0
    }

    private func duration(_ seconds: JSONValue?) -> String {
        let text = seconds.map { String(decoding: $0.sourceBytes, as: UTF8.self) } ?? "0"
        return DurationText.rough(milliseconds: Int64((Double(text) ?? 0) * 1000))
    }
}
