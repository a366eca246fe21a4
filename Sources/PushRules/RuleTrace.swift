import PushJSON

/// Why one rule did or did not decide, for `explain`. Never holds content of an event.
struct RuleTrace: Sendable {
    enum Result: Sendable {
        case matched
        case disabled
        /// A legacy mention rule, and the event has `m.mentions`.
        case skipped
        /// The first condition that does not hold: its place in the rule, its kind as given, and why.
        case failed(condition: Int, kind: String?, reason: String)
    }

    let kind: PushRuleKind
    let ruleID: String
    let result: Result

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("kind")
        writer.value(kind.rawValue)
        writer.key("rule_id")
        writer.value(ruleID)
        writer.key("result")
        switch result {
        case .matched: writer.value("matched")
        case .disabled: writer.value("disabled")
        case .skipped: writer.value("skipped: the event has m.mentions")
        case .failed(let condition, let kind, let reason):
            writer.value("condition failed")
            writer.key("condition")
            writer.beginObject()
            writer.key("index")
            writer.value(condition)
            writer.key("kind")
            if let kind { writer.value(kind) } else { writer.null() }
            writer.key("reason")
            writer.value(reason)
            writer.endObject()
        }
        writer.endObject()
    }
}
