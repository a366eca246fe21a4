import PushJSON

extension PushRuleset {
    /// Copies what the user's rules say of a room to the room that replaces it (Client-Server API, "Room Upgrades").
    ///
    /// Copied are the room's `room` rule, and override and underride rules with a condition that asks for its ID; each
    /// with its actions, enabled or disabled as it is, and directly behind the original, so that it stands to every
    /// other rule as the original does. A rule that exists already under the copy's ID is kept as it is, so that
    /// a repetition changes nothing.
    /// - Throws: ``PushRulesError`` where there would be more rules than allowed; nothing is changed then.
    public mutating func copyRules(
        ofRoom old: String, to new: String, limits: PushRuleLimits = PushRuleLimits()
    ) throws(PushRulesError) {
        var copied = self
        for kind in [PushRuleKind.override, .room, .underride] {
            copied.own[kind.index] = try Self.withCopies(own[kind.index], kind, old, new, limits)
        }
        guard copied.ruleCount <= max(limits.rules, ruleCount) else { throw Self.tooManyRules(limits) }
        self = copied
    }

    private static func withCopies(
        _ rules: [PushRule], _ kind: PushRuleKind, _ old: String, _ new: String, _ limits: PushRuleLimits
    ) throws(PushRulesError) -> [PushRule] {
        var taken = Set(rules.map { Array($0.ruleID.utf8) })
        // Clients name the rule that mutes a room after the room, so its copy is named after the new one; without such
        // a rule the first one's is. Names do not depend on the copies that exist, so a repetition finds the same.
        var isNameFree = !rules.contains { $0.has(old) && $0.matching(forRoom: new, insteadOf: old) != nil }
        var result: [PushRule] = []
        for rule in rules {
            result.append(rule)
            guard let matching = rule.matching(forRoom: new, insteadOf: old) else { continue }
            var ruleID = new
            if !rule.has(old) {
                if !isNameFree { ruleID = "\(new) \(rule.ruleID)" }
                isNameFree = false
            }
            guard taken.insert(Array(ruleID.utf8)).inserted else { continue }
            try checkLength(of: ruleID, kind, limits)
            result.append(
                PushRule(
                    kind: kind, ruleID: ruleID, isDefault: false, isEnabled: rule.isEnabled, actions: rule.actions,
                    matching: matching, extra: rule.extra))
        }
        return result
    }
}

extension PushRule {
    /// What a copy of the rule looks at; nil where the rule is not about the old room.
    fileprivate func matching(forRoom new: String, insteadOf old: String) -> Matching? {
        switch matching {
        case .ruleID:
            return kind == .room && has(old) ? .ruleID : nil
        case .conditions(let conditions):
            var isAboutRoom = false
            let moved = conditions.map { condition in
                guard let moved = condition.moved(toRoom: new, from: old) else { return condition }
                isAboutRoom = true
                return moved
            }
            return isAboutRoom ? .conditions(moved) : nil
        case .pattern, .localpart:
            return nil
        }
    }
}

extension PushCondition {
    /// The condition with another room's ID; nil where it does not ask for exactly the old one.
    fileprivate func moved(toRoom new: String, from old: String) -> PushCondition? {
        let member: String
        switch test {
        case .eventMatch(.roomID, let pattern) where pattern.utf8.elementsEqual(old.utf8): member = "pattern"
        case .propertyIs(.roomID, .string(let value)) where value.elementsEqual(old.utf8): member = "value"
        default: return nil
        }
        guard let source, let members = (try? JSONDocument(parsing: source))?.root.members else { return nil }
        var writer = JSONWriter()
        writer.beginObject()
        for (key, value) in members {
            guard let key = key.string else { continue }
            writer.key(key)
            if key == member { writer.value(new) } else { writer.value(value) }
        }
        writer.endObject()
        return (try? JSONDocument(parsing: writer.bytes)).map { PushCondition(parsing: $0.root) }
    }
}
