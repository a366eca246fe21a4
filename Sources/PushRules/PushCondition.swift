import PushJSON

/// One condition of a rule: what it asks for, and the JSON that says so (Client-Server API, "Conditions").
struct PushCondition: Sendable {
    /// What is looked at in the event.
    enum Test: Sendable {
        case eventMatch(PropertyPath, pattern: String)
        case propertyIs(PropertyPath, PropertyScalar)
        case propertyContains(PropertyPath, PropertyScalar)
        case containsDisplayName
        case memberCount(MemberCountComparison)
        case senderNotificationPermission(key: String)
        /// Of default rules: the recipient's user ID in place of a pattern or value.
        case eventMatchUserID(PropertyPath)
        case propertyContainsUserID(PropertyPath)
        /// Of a kind this version does not know, or without what its kind needs; never matches. The text says why.
        case never(String)
    }

    let test: Test
    /// The condition as it was given; nil for those of default rules, which are written from `test`.
    let source: [UInt8]?
    /// The `kind` as given, for the trace; nil where there is none.
    let kind: String?

    /// A condition of a default rule; `memberCount` is the `is` of a `room_member_count`.
    init(_ test: Test) {
        self.test = test
        source = nil
        kind =
            switch test {
            case .eventMatch, .eventMatchUserID: "event_match"
            case .propertyIs: "event_property_is"
            case .propertyContains, .propertyContainsUserID: "event_property_contains"
            case .containsDisplayName: "contains_display_name"
            case .memberCount: "room_member_count"
            case .senderNotificationPermission: "sender_notification_permission"
            case .never: nil
            }
    }

    /// Reads a condition; one that cannot be understood is kept and never matches.
    init(parsing json: JSONValue) {
        source = json.sourceBytes
        kind = json["kind"]?.string
        test = Self.test(of: json, kind: kind)
    }

    private static func test(of json: JSONValue, kind: String?) -> Test {
        guard json.kind == .object else { return .never("the condition is not an object") }
        guard let kind else { return .never("no kind, or not a string") }
        switch kind {
        case "event_match":
            guard let key = json["key"]?.string else { return .never("no key, or not a string") }
            guard let pattern = json["pattern"]?.string else { return .never("no pattern, or not a string") }
            return .eventMatch(PropertyPath(parsing: key), pattern: pattern)
        case "event_property_is", "event_property_contains":
            guard let key = json["key"]?.string else { return .never("no key, or not a string") }
            guard let value = json["value"].flatMap(PropertyScalar.init) else {
                return .never("no value, or not a string, integer, boolean or null")
            }
            let path = PropertyPath(parsing: key)
            return kind == "event_property_is" ? .propertyIs(path, value) : .propertyContains(path, value)
        case "contains_display_name":
            return .containsDisplayName
        case "room_member_count":
            guard let comparison = json["is"]?.string.flatMap(MemberCountComparison.init(parsing:)) else {
                return .never("no is, or not a comparison")
            }
            return .memberCount(comparison)
        case "sender_notification_permission":
            guard let key = json["key"]?.string else { return .never("no key, or not a string") }
            return .senderNotificationPermission(key: key)
        default:
            return .never("unknown kind of condition")
        }
    }
}
