public import PushJSON

/// A verdict with the way to it: every rule that was looked at, in order, and why it did or did not decide.
public struct Explanation: Sendable {
    public let verdict: Verdict
    /// Whether the recipient is the sender, so that no rule was looked at.
    public let isOwnEvent: Bool
    let trace: [RuleTrace]

    /// Evaluates a ruleset as ``CompiledRuleset/evaluate(_:recipient:displayName:)`` does, and takes notes.
    public init(
        _ ruleset: PushRuleset, defaults: DefaultRules = DefaultRules(), event: PushEvent, recipient userID: String,
        displayName: String? = nil
    ) {
        let rules = PushRuleKind.allCases.flatMap { ruleset.rules($0, defaults: defaults) }
        var builder = RulesetBuilder()
        // Disabled rules are compiled too, so that a rule has the same index here and there.
        for rule in rules { builder.add(rule) }
        let compiled = CompiledRuleset(builder)
        self = CompiledRuleset.withBytes(of: userID, displayName) { userID, displayName in
            if event.isSent(by: userID) { return Explanation(verdict: .noRule, isOwnEvent: true, trace: []) }
            return compiled.withEvaluation(event, userID, displayName) { Self.explain(rules, compiled, &$0) }
        }
    }

    private init(verdict: Verdict, isOwnEvent: Bool, trace: [RuleTrace]) {
        self.verdict = verdict
        self.isOwnEvent = isOwnEvent
        self.trace = trace
    }

    private static func explain(
        _ rules: [PushRule], _ compiled: CompiledRuleset, _ evaluation: inout Evaluation
    ) -> Explanation {
        var trace: [RuleTrace] = []
        var first = 0
        for (index, rule) in rules.enumerated() {
            let next = Int(compiled.instructions[first].next)
            let result = rule.isEnabled ? Self.result(of: rule, compiled, first..<next, &evaluation) : .disabled
            trace.append(RuleTrace(kind: rule.kind, ruleID: rule.ruleID, result: result))
            if case .matched = result {
                return Explanation(verdict: Verdict(compiled, rule: index), isOwnEvent: false, trace: trace)
            }
            first = next
        }
        return Explanation(verdict: .noRule, isOwnEvent: false, trace: trace)
    }

    private static func result(
        of rule: PushRule, _ compiled: CompiledRuleset, _ range: Range<Int>, _ evaluation: inout Evaluation
    ) -> RuleTrace.Result {
        var condition = 0
        for index in range {
            let instruction = compiled.instructions[index]
            let holds = evaluation.holds(instruction)
            if instruction.operation == .withoutMentions {
                if !holds { return .skipped }
                continue
            }
            if !holds {
                let (kind, never) = Self.describe(rule, condition)
                return .failed(
                    condition: condition, kind: kind, reason: never ?? evaluation.reason(against: instruction))
            }
            condition += 1
        }
        return .matched
    }

    /// The kind of a rule's condition, and why it can never match where that is so.
    private static func describe(_ rule: PushRule, _ index: Int) -> (kind: String?, never: String?) {
        switch rule.matching {
        case .pattern, .localpart: return ("pattern", nil)
        case .ruleID: return (rule.kind == .room ? "room_id" : "sender", nil)
        case .conditions(let conditions):
            guard case .never(let reason) = conditions[index].test else { return (conditions[index].kind, nil) }
            return (conditions[index].kind, reason)
        }
    }

    /// Writes the answer of `explain`.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("v")
        writer.value(1)
        writer.key("notify")
        writer.value(verdict.notify)
        writer.key("highlight")
        writer.value(verdict.highlight)
        writer.key("actions")
        writer.raw(verdict.actions?.source ?? PushActions.none.source)
        writer.key("tweaks")
        writer.raw(verdict.tweaks ?? Array("{}".utf8))
        writer.key("rule")
        if let rule = verdict.rule {
            writer.beginObject()
            writer.key("kind")
            writer.value(rule.kind.rawValue)
            writer.key("rule_id")
            writer.value(rule.ruleID)
            writer.endObject()
        } else {
            writer.null()
        }
        writer.key("trace")
        writer.beginArray()
        if isOwnEvent {
            writer.beginObject()
            writer.key("kind")
            writer.null()
            writer.key("rule_id")
            writer.null()
            writer.key("result")
            writer.value("own event: its sender is not notified")
            writer.endObject()
        }
        for entry in trace { entry.write(to: &writer) }
        writer.endArray()
        writer.endObject()
    }
}
