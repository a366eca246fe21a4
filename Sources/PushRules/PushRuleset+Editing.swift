public import PushJSON

/// What the Client-Server API does to one rule at a time ("Push Rules: API"). IDs of rules are compared byte for byte.
extension PushRuleset {
    /// The rule as the user sees it; nil where there is none.
    public func rule(_ kind: PushRuleKind, _ ruleID: String, defaults: DefaultRules = DefaultRules()) -> PushRule? {
        rules(kind, defaults: defaults).first { $0.has(ruleID) }
    }

    /// Creates a rule of the user, enabled, or gives an existing one new actions and conditions (or a new pattern).
    ///
    /// A new rule becomes the first of the user's own of its kind; an existing one keeps its place and stays enabled
    /// or disabled.
    /// - Parameters:
    ///   - body: An object with `actions`, for override and underride rules `conditions`, for content rules `pattern`.
    ///   - before: A rule of the user, of the same kind, that the rule is put directly in front of.
    ///   - after: One that it is put directly behind; without effect where there is `before`.
    /// - Throws: ``PushRulesError``; nothing is changed then.
    public mutating func put(
        _ kind: PushRuleKind, _ ruleID: String, _ body: JSONValue, before: String? = nil, after: String? = nil,
        limits: PushRuleLimits = PushRuleLimits()
    ) throws(PushRulesError) {
        do throws(PushRulesError) {
            try Self.checkNew(ruleID, kind, limits)
            var rule = try Self.rule(kind, ruleID, body, limits)
            var rules = own[kind.index]
            let former = rules.firstIndex { $0.has(ruleID) }
            guard former != nil || ruleCount < limits.rules else { throw Self.tooManyRules(limits) }
            if let former { rule.isEnabled = rules[former].isEnabled }
            var place = former ?? 0
            if let anchor = before ?? after {
                guard rules.contains(where: { $0.has(anchor) }) else { throw noAnchor(anchor, kind) }
                if let former { rules.remove(at: former) }
                // Without an index where the rule is its own anchor: it stays where it is.
                if let index = rules.firstIndex(where: { $0.has(anchor) }) { place = before == nil ? index + 1 : index }
            } else if let former {
                rules.remove(at: former)
            }
            rules.insert(rule, at: place)
            own[kind.index] = rules
        } catch {
            throw error.within(kind, ruleID)
        }
    }

    /// Deletes a rule of the user.
    /// - Throws: ``PushRulesError`` where there is no such rule, or it is one of the server's.
    public mutating func delete(
        _ kind: PushRuleKind, _ ruleID: String, defaults: DefaultRules = DefaultRules()
    ) throws(PushRulesError) {
        if let index = own[kind.index].firstIndex(where: { $0.has(ruleID) }) {
            own[kind.index].remove(at: index)
        } else if rule(kind, ruleID, defaults: defaults) != nil {
            throw PushRulesError(
                .invalid, kind: kind, ruleID: ruleID, "the server's own rules can be disabled but not deleted")
        } else {
            throw Self.notFound(kind, ruleID)
        }
    }

    /// Sets whether a rule is enabled, or its actions; also of default rules.
    /// - Parameter body: An object with a member of the attribute's name.
    /// - Throws: ``PushRulesError``; nothing is changed then.
    public mutating func set(
        _ attribute: PushRuleAttribute, of kind: PushRuleKind, _ ruleID: String, _ body: JSONValue,
        defaults: DefaultRules = DefaultRules(), limits: PushRuleLimits = PushRuleLimits()
    ) throws(PushRulesError) {
        do throws(PushRulesError) {
            let value = try Self.member(attribute.rawValue, of: body)
            switch attribute {
            case .enabled:
                guard let isEnabled = value.bool else { throw PushRulesError(.malformed, "enabled is not a boolean") }
                try change(kind, ruleID, defaults) { $0.isEnabled = isEnabled }
            case .actions:
                let actions = try PushActions(checking: value, limits: limits)
                try change(kind, ruleID, defaults) { $0.actions = actions }
            }
        } catch {
            throw error.within(kind, ruleID)
        }
    }

    // MARK: Pieces

    private mutating func change(
        _ kind: PushRuleKind, _ ruleID: String, _ defaults: DefaultRules, _ change: (inout PushRule) -> Void
    ) throws(PushRulesError) {
        if let index = own[kind.index].firstIndex(where: { $0.has(ruleID) }) {
            change(&own[kind.index][index])
        } else if let index = homeserver[kind.index].firstIndex(where: { $0.has(ruleID) }) {
            change(&homeserver[kind.index][index])
        } else if let original = defaults.rules(kind).first(where: { $0.has(ruleID) }),
            var rule = rule(kind, ruleID, defaults: defaults)
        {
            change(&rule)
            // Actions that only do the same are kept too: a client reads back what it has set.
            let difference = DefaultChange(
                isEnabled: rule.isEnabled == original.isEnabled ? nil : rule.isEnabled,
                actions: rule.actions.source == original.actions.source ? nil : rule.actions, extra: rule.extra)
            changes[kind.index][ruleID] = difference.isEmpty ? nil : difference
        } else {
            throw Self.notFound(kind, ruleID)
        }
    }

    /// Refuses IDs that no rule of a user may have.
    private static func checkNew(
        _ ruleID: String, _ kind: PushRuleKind, _ limits: PushRuleLimits
    ) throws(PushRulesError) {
        guard let first = ruleID.utf8.first else { throw PushRulesError(.invalid, "the rule ID is empty") }
        guard first != UInt8(ascii: ".") else {
            throw PushRulesError(.invalid, "rule IDs that begin with a dot are the server's")
        }
        guard !ruleID.utf8.contains(UInt8(ascii: "/")), !ruleID.utf8.contains(UInt8(ascii: "\\")) else {
            throw PushRulesError(.invalid, "rule IDs may have no slash and no backslash")
        }
        try checkLength(of: ruleID, kind, limits)
    }

    private static func rule(
        _ kind: PushRuleKind, _ ruleID: String, _ body: JSONValue, _ limits: PushRuleLimits
    ) throws(PushRulesError) -> PushRule {
        switch kind {
        case .override, .underride:
            guard let conditions = try member("conditions", of: body).elements else { break }
            guard conditions.allSatisfy({ $0["kind"]?.kind == .string }) else {
                throw PushRulesError(.malformed, "a condition has no kind, or one that is not a string")
            }
        case .content:
            _ = try member("pattern", of: body)
        case .room, .sender:
            break
        }
        let actions = try PushActions(checking: try member("actions", of: body), limits: limits)
        return PushRule(
            kind: kind, ruleID: ruleID, isDefault: false, isEnabled: true, actions: actions,
            matching: try matching(of: body, kind, limits))
    }

    private static func member(_ name: String, of body: JSONValue) throws(PushRulesError) -> JSONValue {
        guard body.kind == .object else { throw PushRulesError(.malformed, "the body is not an object") }
        guard let member = body[name] else { throw PushRulesError(.missing, "\(name) is missing") }
        return member
    }

    private func noAnchor(_ anchor: String, _ kind: PushRuleKind) -> PushRulesError {
        let isServers = anchor.utf8.first == UInt8(ascii: ".")
        return PushRulesError(
            .invalid,
            isServers
                ? "before and after may not name a rule of the server"
                : "before or after names no \(kind.rawValue) rule of the user")
    }

    private static func notFound(_ kind: PushRuleKind, _ ruleID: String) -> PushRulesError {
        PushRulesError(.notFound, kind: kind, ruleID: ruleID, "there is no such rule")
    }
}

extension PushRule {
    /// Whether this is the rule's ID, byte for byte: strings of Swift are equal under normalisation.
    func has(_ ruleID: String) -> Bool { self.ruleID.utf8.elementsEqual(ruleID.utf8) }
}
