/// What an event does for one recipient; a reference into the rule or the actions that decided.
public struct Verdict: Sendable {
    private enum Source {
        case noRule
        case rule(CompiledRuleset, Int)
        case given(PushActions)
    }

    private let source: Source

    /// The verdict where no rule matches, and of the sender for the event itself.
    public static let noRule = Verdict(source: .noRule)

    /// The verdict of a homeserver that evaluated the rules itself.
    public init(given actions: PushActions) { source = .given(actions) }

    init(_ ruleset: CompiledRuleset, rule: Int) { source = .rule(ruleset, rule) }

    private init(source: Source) { self.source = source }

    /// The actions of the rule that matched; nil where none did.
    public var actions: PushActions? {
        switch source {
        case .noRule: nil
        case .rule(let ruleset, let index): ruleset.rules[index].actions
        case .given(let actions): actions
        }
    }

    /// The rule that matched; nil where none did, and where the homeserver gave the actions.
    public var rule: (kind: PushRuleKind, ruleID: String)? {
        guard case .rule(let ruleset, let index) = source else { return nil }
        return (ruleset.rules[index].kind, ruleset.rules[index].ruleID)
    }

    /// Whether the recipient is notified.
    public var notify: Bool { actions?.notify ?? false }

    /// Whether the notification is highlighted.
    public var highlight: Bool {
        guard let actions else { return false }
        return actions.notify && actions.highlight
    }

    /// The tweaks as a JSON object; nil where there are none.
    public var tweaks: [UInt8]? { actions?.tweaks }

    /// Whether the notification has `prio` `high`: for encrypted events, and with a truthy `highlight` or `sound`.
    public func isHighPriority(for event: PushEvent) -> Bool {
        actions?.isHighPriority(for: event) ?? event.isEncrypted
    }
}
