public import PushJSON

extension PushRuleset {
    /// Reads the content of `m.push_rules`: `{"global": {"override": […], …}}`, any part of which may be absent.
    /// - Throws: ``PushRulesError`` naming the kind and ID of the rule that is malformed or over a limit. A condition
    ///   that is unknown or malformed is no error: it is kept and never matches.
    public init(parsing content: JSONValue, limits: PushRuleLimits = PushRuleLimits()) throws(PushRulesError) {
        try self.init(content, limits, isStored: false)
    }

    /// Reads back ``storedContent``, also that of another version: limits have been kept when it was written, and a
    /// change of a default rule that this version does not know waits for one that does.
    public init(stored content: JSONValue) throws(PushRulesError) {
        try self.init(content, .none, isStored: true)
    }

    private init(_ content: JSONValue, _ limits: PushRuleLimits, isStored: Bool) throws(PushRulesError) {
        self.init()
        guard content.kind == .object else { throw PushRulesError(.malformed, "the push rules are not an object") }
        guard content.sourceRange.count <= limits.contentBytes else {
            throw PushRulesError(.tooLarge, "push rules of more than \(limits.contentBytes) bytes")
        }
        extra = JSONMember.unknown(in: content, known: ["global"])
        guard let global = content["global"] else {
            if PushRuleKind.allCases.contains(where: { content[$0.rawValue] != nil }) {
                throw PushRulesError(.missing, "the rules are not under global")
            }
            return
        }
        guard global.kind == .object else { throw PushRulesError(.malformed, "global is not an object") }
        globalExtra = JSONMember.unknown(in: global, known: Set(PushRuleKind.allCases.map(\.rawValue)))
        for kind in PushRuleKind.allCases {
            guard let list = global[kind.rawValue] else { continue }
            guard let rules = list.elements else {
                throw PushRulesError(.malformed, "\(kind.rawValue) is not an array")
            }
            var seen: Set<[UInt8]> = []
            for rule in rules {
                let ruleID = try Self.ruleID(of: rule, kind, limits)
                guard seen.insert(Array(ruleID.utf8)).inserted else {
                    throw PushRulesError(.malformed, kind: kind, ruleID: ruleID, "there are two rules with this ID")
                }
                do throws(PushRulesError) {
                    try add(rule, kind, ruleID, limits, isStored: isStored)
                } catch {
                    throw error.within(kind, ruleID)
                }
                // The defaults do not count: a ruleset that is full can be written out whole and read again.
                guard ruleCount <= limits.rules else { throw Self.tooManyRules(limits) }
            }
        }
    }

    static func tooManyRules(_ limits: PushRuleLimits) -> PushRulesError {
        PushRulesError(.tooLarge, "more than \(limits.rules) push rules")
    }

    private static func ruleID(
        of rule: JSONValue, _ kind: PushRuleKind, _ limits: PushRuleLimits
    ) throws(PushRulesError) -> String {
        guard rule.kind == .object else { throw PushRulesError(.malformed, kind: kind, "the rule is not an object") }
        guard let value = rule["rule_id"] else { throw PushRulesError(.malformed, kind: kind, "rule_id is missing") }
        guard let ruleID = value.string, !ruleID.isEmpty else {
            throw PushRulesError(.malformed, kind: kind, "rule_id is not a string, or empty")
        }
        try checkLength(of: ruleID, kind, limits)
        return ruleID
    }

    static func checkLength(of ruleID: String, _ kind: PushRuleKind, _ limits: PushRuleLimits) throws(PushRulesError) {
        guard ruleID.utf8.count <= limits.ruleIDBytes else {
            throw PushRulesError(
                .tooLarge, kind: kind, ruleID: ruleID, "rule_id of more than \(limits.ruleIDBytes) bytes")
        }
    }

    private mutating func add(
        _ json: JSONValue, _ kind: PushRuleKind, _ ruleID: String, _ limits: PushRuleLimits, isStored: Bool
    ) throws(PushRulesError) {
        var isEnabled: Bool?
        if let enabled = json["enabled"] {
            guard let bool = enabled.bool else { throw PushRulesError(.malformed, "enabled is not a boolean") }
            isEnabled = bool
        }
        var actions: PushActions?
        if let value = json["actions"] { actions = try PushActions(value, limits: limits) }
        let isDefault = ruleID.utf8.first == UInt8(ascii: ".")
        let known = DefaultRules.rule(kind, ruleID)
        if known != nil || (isStored && isDefault && json["default"] == nil) {
            var change = DefaultChange(
                isEnabled: isEnabled, actions: actions,
                extra: JSONMember.unknown(in: json, known: Self.defaultMembers))
            // What is stored was changed on purpose; what a homeserver sends has every rule in it.
            if let known, !isStored {
                if isEnabled == known.isEnabled { change.isEnabled = nil }
                if let actions, actions.hasSameEffect(as: known.actions) { change.actions = nil }
            }
            if !change.isEmpty { changes[kind.index][ruleID] = change }
            return
        }
        guard let actions else { throw PushRulesError(.malformed, "actions are missing") }
        let matching = try Self.matching(of: json, kind, limits)
        let rule = PushRule(
            kind: kind, ruleID: ruleID, isDefault: isDefault, isEnabled: isEnabled ?? true, actions: actions,
            matching: matching, extra: JSONMember.unknown(in: json, known: Self.knownMembers(matching)))
        if isDefault { homeserver[kind.index].append(rule) } else { own[kind.index].append(rule) }
    }

    static func matching(
        of json: JSONValue, _ kind: PushRuleKind, _ limits: PushRuleLimits
    ) throws(PushRulesError) -> PushRule.Matching {
        switch kind {
        case .room, .sender:
            return .ruleID
        case .content:
            guard let pattern = json["pattern"]?.string else {
                throw PushRulesError(.malformed, "pattern is missing or not a string")
            }
            guard pattern.utf8.count <= limits.patternBytes else {
                throw PushRulesError(.tooLarge, "pattern of more than \(limits.patternBytes) bytes")
            }
            return .pattern(pattern)
        case .override, .underride:
            guard let list = json["conditions"] else { return .conditions([]) }
            guard let elements = list.elements else { throw PushRulesError(.malformed, "conditions is not an array") }
            guard list.count <= limits.conditions else {
                throw PushRulesError(.tooLarge, "more than \(limits.conditions) conditions")
            }
            var conditions: [PushCondition] = []
            conditions.reserveCapacity(list.count)
            for condition in elements {
                guard condition.sourceRange.count <= limits.conditionBytes else {
                    throw PushRulesError(.tooLarge, "condition of more than \(limits.conditionBytes) bytes")
                }
                conditions.append(PushCondition(parsing: condition))
            }
            return .conditions(conditions)
        }
    }

    private static func knownMembers(_ matching: PushRule.Matching) -> Set<String> {
        switch matching {
        case .conditions: conditionMembers
        case .pattern, .localpart: patternMembers
        case .ruleID: commonMembers
        }
    }

    // Made once: there are thousands of rules to read.
    private static let commonMembers: Set<String> = ["rule_id", "default", "enabled", "actions"]
    private static let conditionMembers = commonMembers.union(["conditions"])
    private static let patternMembers = commonMembers.union(["pattern"])
    private static let defaultMembers = conditionMembers.union(patternMembers)
}
