public import PushJSON

/// One push rule of a user.
public struct PushRule: Sendable {
    /// What the rule looks at.
    enum Matching: Sendable {
        /// Override and underride rules: all of these.
        case conditions([PushCondition])
        /// Content rules: a pattern in the body.
        case pattern(String)
        /// The default content rule: the local part of the recipient's user ID in the body.
        case localpart
        /// Room and sender rules: the rule's ID.
        case ruleID
    }

    public let kind: PushRuleKind
    /// Unique among the rules of its kind; of room and sender rules the room or user that it is about.
    public let ruleID: String
    /// Whether the server made the rule and not the user.
    public let isDefault: Bool
    public internal(set) var isEnabled: Bool
    public internal(set) var actions: PushActions
    let matching: Matching
    /// Members that this version does not know, as they were given.
    var extra: [JSONMember] = []

    /// Writes the rule as the Client-Server API gives it to the user it belongs to.
    public func write(to writer: inout JSONWriter, userID: String) {
        writer.beginObject()
        writer.key("rule_id")
        writer.value(ruleID)
        writer.key("default")
        writer.value(isDefault)
        writer.key("enabled")
        writer.value(isEnabled)
        switch matching {
        case .conditions(let conditions):
            writer.key("conditions")
            writer.beginArray()
            for condition in conditions { condition.write(to: &writer, userID: userID) }
            writer.endArray()
        case .pattern(let pattern):
            writer.key("pattern")
            writer.value(pattern)
        case .localpart:
            writer.key("pattern")
            writer.value(Self.localpart(of: userID))
        case .ruleID:
            break
        }
        writer.key("actions")
        writer.raw(actions.source)
        for member in extra { member.write(to: &writer) }
        writer.endObject()
    }

    /// What stands between the first character and the first colon of a user ID.
    static func localpart(of userID: String) -> String {
        String(decoding: userID.utf8.prefix { $0 != UInt8(ascii: ":") }.dropFirst(), as: UTF8.self)
    }
}
