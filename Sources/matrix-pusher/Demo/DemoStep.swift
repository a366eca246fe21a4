internal import PushJSON
internal import SidecarHarness

/// A line of `conversation.jsonl`: a transaction with what has to come of it, or a crash.
struct DemoStep: Sendable {
    enum Action: Sendable {
        /// The body of the transaction, and what has to reach which pusher.
        case send(JSONValue, expecting: [DemoExpectation])
        case crash
    }

    let title: String
    let action: Action
    /// The pusher whose gateway leaves this step's notification without an answer until the crash.
    let heldPusher: String?

    init(line: Substring, pushers: [DemoPusher]) throws {
        let root = try JSONDocument(parsing: String(line)).root
        if let title = root["restart"]?.string {
            self.title = title
            action = .crash
            heldPusher = nil
            return
        }
        guard let title = root["title"]?.string, let transaction = root["transaction"],
            let item = transaction["events"]?.elements?.first(where: { _ in true }), let event = item["event"],
            let expected = root["expect"]?.elements
        else { throw HarnessError("conversation.jsonl: a line lacks title, event or expect") }
        self.title = title
        heldPusher = root["hold"]?.string
        action = .send(
            transaction,
            expecting: try expected.map { expectation in
                guard let pusher = pushers.first(where: { expectation["pusher"]?.isString($0.name) ?? false }) else {
                    throw HarnessError("conversation.jsonl: “\(title)” expects something of an unknown pusher")
                }
                return DemoExpectation(pusher: pusher, event: event, room: item["room"], wanted: expectation)
            })
    }

    /// The whole conversation.
    static func all(pushers: [DemoPusher]) throws -> [DemoStep] {
        let text = String(decoding: PackageResources.conversation_jsonl, as: UTF8.self)
        return try text.split(separator: "\n").map { try DemoStep(line: $0, pushers: pushers) }
    }

    var expectations: [DemoExpectation] {
        if case .send(_, let expectations) = action { expectations } else { [] }
    }
}
