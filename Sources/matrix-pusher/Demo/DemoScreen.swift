internal import Glibc
internal import PushJSON
internal import SidecarHarness
internal import Synchronization

/// The demonstration's output: a line a step and a line a notification; coloured on a terminal.
final class DemoScreen: Sendable {
    private enum Colour: String { case bold = "1", dim = "2", red = "31", green = "32", yellow = "33", cyan = "36" }

    private let isColoured: Bool
    private let startedAt = ContinuousClock.now
    private let output = Mutex(())

    init() {
        isColoured =
            isatty(1) == 1 && getenv("NO_COLOR") == nil && getenv("TERM").map { strcmp($0, "dumb") != 0 } ?? true
    }

    /// Since the beginning.
    var elapsed: Duration { ContinuousClock.now - startedAt }

    func title(_ text: String) { write(paint(text, .bold)) }
    func step(_ text: String) { write("\(time) \(paint("▸ \(text)", .cyan))") }
    func failure(_ text: String) { write(paint(text, .red)) }
    func success(_ text: String) { write(paint(text, .green)) }
    func text(_ text: String) { write(text) }

    /// A notification as a gateway got it, and the gateway's answer.
    func notification(_ received: ReceivedNotification, pusher: String, answer: GatewayAnswer, isRepeated: Bool) {
        let isUrgent = received.prio == "high"
        let columns = [
            time, padded("  \(received.gateway)", 7), padded(pusher, 17), padded(received.eventID ?? "no event", 17),
            paint(padded(received.prio ?? "?", 5), isUrgent ? .yellow : .dim), padded(tweaks(of: received), 26),
            excerpt(of: received),
        ]
        var remarks: [String] = isRepeated ? ["again: it was in flight at the kill"] : []
        switch answer {
        case .hold: remarks.append("no answer")
        case .disconnect: remarks.append("connection closed")
        case .respond(let status, let body, _, _), .respondAndReset(let status, let body):
            if status != 200 { remarks.append("answered \(status)") }
            if body.contains(received.pushkey ?? "-") { remarks.append("pushkey rejected") }
        }
        let remark = remarks.isEmpty ? "" : "  ← \(remarks.joined(separator: ", "))"
        write(columns.joined(separator: " ") + paint(remark, .yellow))
    }

    static func seconds(_ duration: Duration) -> String {
        let tenths = duration.components.seconds * 10 + duration.components.attoseconds / 100_000_000_000_000_000
        return "\(tenths / 10).\(tenths % 10) s"
    }

    private var time: String {
        let (seconds, attoseconds) = elapsed.components
        let hundredths = "\(100 + attoseconds / 10_000_000_000_000_000)".dropFirst()
        return paint(padded("\(seconds).\(hundredths)", 5, atEnd: true), .dim)
    }

    private func tweaks(of received: ReceivedNotification) -> String {
        guard let tweaks = received.device?["tweaks"]?.members else { return "" }
        return tweaks.map { member in
            let name = member.key.string ?? ""
            return member.value.string.map { "\(name)=\($0)" } ?? name
        }.joined(separator: " ")
    }

    /// The beginning of the message, on one line.
    private func excerpt(of received: ReceivedNotification) -> String {
        guard let notification = received.notification else { return paint("not a notification", .red) }
        guard let type = notification["type"]?.string else { return paint("(only the event's ID)", .dim) }
        guard let body = notification["content"]?["body"]?.string else { return paint("(\(type))", .dim) }
        let line = String(body.map { $0.isNewline || $0 == "\t" ? " " : $0 })
        return line.count > 36 ? "“\(line.prefix(35))…”" : "“\(line)”"
    }

    private func padded(_ text: String, _ width: Int, atEnd: Bool = false) -> String {
        let padding = String(repeating: " ", count: max(0, width - text.count))
        return atEnd ? padding + text : text + padding
    }

    private func paint(_ text: String, _ colour: Colour) -> String {
        isColoured && !text.isEmpty ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    private func write(_ line: String) {
        output.withLock { _ in
            print(line)
            fflush(nil)
        }
    }
}
