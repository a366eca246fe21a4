/// A user's push rules: the user's own, and what the user changed of the server's defaults.
///
/// The default rules themselves are not kept: they are put in when rules are listed, compiled or written, so that a new
/// specification's defaults reach every user. What a ruleset says of a default rule's conditions is ignored, its
/// `enabled` and `actions` are kept. A rule whose ID starts with a dot and is no default rule of the specification is
/// a default of the homeserver itself; such rules are kept, evaluated and given back after the other defaults.
public struct PushRuleset: Sendable {
    /// What the user changed of a default rule.
    struct DefaultChange: Sendable {
        var isEnabled: Bool?
        var actions: PushActions?
        var extra: [JSONMember] = []

        var isEmpty: Bool { isEnabled == nil && actions == nil && extra.isEmpty }
    }

    /// The user's rules by kind, by falling priority.
    var own: [[PushRule]] = [[], [], [], [], []]
    /// The homeserver's further default rules by kind.
    var homeserver: [[PushRule]] = [[], [], [], [], []]
    /// By kind and rule ID; also of legacy rules, which may be switched on later, and of rules of a newer version.
    var changes: [[String: DefaultChange]] = [[:], [:], [:], [:], [:]]
    /// Members that this version does not know: of the content, and of its `global`.
    var extra: [JSONMember] = []
    var globalExtra: [JSONMember] = []

    /// No rules but the defaults, unchanged.
    public init() {}

    /// Whether every rule is a default rule of the specification, unchanged. There may still be unknown members to keep.
    public var isDefault: Bool {
        own.allSatisfy(\.isEmpty) && homeserver.allSatisfy(\.isEmpty) && changes.allSatisfy(\.isEmpty)
    }

    /// Whether there is nothing to store.
    public var isEmpty: Bool { isDefault && extra.isEmpty && globalExtra.isEmpty }

    /// How many rules there are besides the specification's defaults.
    var ruleCount: Int { own.reduce(0) { $0 + $1.count } + homeserver.reduce(0) { $0 + $1.count } }

    /// All rules of a kind in the order in which they are looked at: `.m.rule.master`, the user's own, the defaults,
    /// the homeserver's.
    public func rules(_ kind: PushRuleKind, defaults: DefaultRules = DefaultRules()) -> [PushRule] {
        var own = own[kind.index]
        var after: [PushRule] = []
        for var rule in defaults.rules(kind) {
            if let change = changes[kind.index][rule.ruleID] {
                rule.isEnabled = change.isEnabled ?? rule.isEnabled
                rule.actions = change.actions ?? rule.actions
                rule.extra = change.extra
            }
            if rule.ruleID == DefaultRules.masterRuleID { own.insert(rule, at: 0) } else { after.append(rule) }
        }
        return own + after + homeserver[kind.index]
    }
}
