public import PushJSON

/// What can be read and set of a rule by itself: `…/pushrules/global/{kind}/{ruleId}/enabled` and `…/actions`.
public enum PushRuleAttribute: String, CaseIterable, Sendable {
    case enabled
    case actions
}

extension PushRule {
    /// Writes an object with the attribute alone.
    public func write(_ attribute: PushRuleAttribute, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key(attribute.rawValue)
        switch attribute {
        case .enabled: writer.value(isEnabled)
        case .actions: writer.raw(actions.source)
        }
        writer.endObject()
    }
}
