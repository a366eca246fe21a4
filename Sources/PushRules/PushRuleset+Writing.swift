public import PushJSON

extension PushRuleset {
    /// Writes the content of `m.push_rules` as the user sees it: every rule, in the specification's order.
    public func write(to writer: inout JSONWriter, userID: String, defaults: DefaultRules = DefaultRules()) {
        writer.beginObject()
        writer.key("global")
        writeGlobal(to: &writer, userID: userID, defaults: defaults)
        for member in extra { member.write(to: &writer) }
        writer.endObject()
    }

    /// Writes what stands under `global`.
    public func writeGlobal(to writer: inout JSONWriter, userID: String, defaults: DefaultRules = DefaultRules()) {
        writer.beginObject()
        for kind in PushRuleKind.allCases {
            writer.key(kind.rawValue)
            write(kind, to: &writer, userID: userID, defaults: defaults)
        }
        for member in globalExtra { member.write(to: &writer) }
        writer.endObject()
    }

    /// Writes the rules of one kind, an array.
    public func write(
        _ kind: PushRuleKind, to writer: inout JSONWriter, userID: String, defaults: DefaultRules = DefaultRules()
    ) {
        writer.beginArray()
        for rule in rules(kind, defaults: defaults) { rule.write(to: &writer, userID: userID) }
        writer.endArray()
    }

    /// The form to store: the same content without the default rules that the user has not changed, and of changed
    /// ones what was changed. ``init(stored:)`` gives the same ruleset.
    public var storedContent: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("global")
        writer.beginObject()
        for kind in PushRuleKind.allCases {
            let rules = own[kind.index] + homeserver[kind.index]
            let changes = changes[kind.index].sorted { $0.key < $1.key }
            guard !rules.isEmpty || !changes.isEmpty else { continue }
            writer.key(kind.rawValue)
            writer.beginArray()
            // Only default rules are written with a user's ID in them.
            for rule in rules { rule.write(to: &writer, userID: "") }
            for (ruleID, change) in changes { change.write(to: &writer, ruleID: ruleID) }
            writer.endArray()
        }
        for member in globalExtra { member.write(to: &writer) }
        writer.endObject()
        for member in extra { member.write(to: &writer) }
        writer.endObject()
        return writer.bytes
    }
}

extension PushRuleset.DefaultChange {
    fileprivate func write(to writer: inout JSONWriter, ruleID: String) {
        writer.beginObject()
        writer.key("rule_id")
        writer.value(ruleID)
        if let isEnabled {
            writer.key("enabled")
            writer.value(isEnabled)
        }
        if let actions {
            writer.key("actions")
            writer.raw(actions.source)
        }
        for member in extra { member.write(to: &writer) }
        writer.endObject()
    }
}
