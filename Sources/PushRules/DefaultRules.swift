/// The server-default rules (Client-Server API v1.17, "Predefined Rules"), in the specification's order.
public struct DefaultRules: Sendable {
    /// Whether the rules that v1.17 removed are there too. They are passed over for events that have `m.mentions`.
    public let legacyMentions: Bool

    public init(legacyMentions: Bool = false) { self.legacyMentions = legacyMentions }

    /// The default rules of a kind, by falling priority; `.m.rule.master` is the first of the override rules.
    public func rules(_ kind: PushRuleKind) -> [PushRule] {
        let all = Self.all[kind.index]
        return legacyMentions ? all : all.filter { !Self.legacyRuleIDs.contains($0.ruleID) }
    }

    static let masterRuleID = ".m.rule.master"
    static let legacyRuleIDs: Set<String> = [
        ".m.rule.contains_display_name", ".m.rule.roomnotif", ".m.rule.contains_user_name",
    ]

    /// The default rule with this ID, legacy ones included.
    static func rule(_ kind: PushRuleKind, _ ruleID: String) -> PushRule? {
        all[kind.index].first { $0.ruleID == ruleID }
    }

    private static let all: [[PushRule]] = [override, [containsUserName], [], [], underride]

    private static let override: [PushRule] = [
        rule(.override, masterRuleID, enabled: false, [], .none),
        rule(
            .override, ".m.rule.suppress_notices", [.eventMatch(.messageType, pattern: "m.notice")], .none),
        rule(
            .override, ".m.rule.invite_for_me",
            [
                .eventMatch(.type, pattern: "m.room.member"), .eventMatch(.membership, pattern: "invite"),
                .eventMatchUserID(.stateKey),
            ], PushActions(notify: true, sound: "default")),
        rule(.override, ".m.rule.member_event", [.eventMatch(.type, pattern: "m.room.member")], .none),
        rule(
            .override, ".m.rule.is_user_mention", [.propertyContainsUserID(.mentionedUsers)],
            PushActions(notify: true, sound: "default", highlight: true)),
        rule(
            .override, ".m.rule.contains_display_name", [.containsDisplayName],
            PushActions(notify: true, sound: "default", highlight: true)),
        rule(
            .override, ".m.rule.is_room_mention",
            [.propertyIs(.mentionsRoom, .bool(true)), .senderNotificationPermission(key: "room")],
            PushActions(notify: true, highlight: true)),
        rule(
            .override, ".m.rule.roomnotif",
            [.eventMatch(.body, pattern: "@room"), .senderNotificationPermission(key: "room")],
            PushActions(notify: true, highlight: true)),
        rule(
            .override, ".m.rule.tombstone",
            [.eventMatch(.type, pattern: "m.room.tombstone"), .eventMatch(.stateKey, pattern: "")],
            PushActions(notify: true, highlight: true)),
        rule(.override, ".m.rule.reaction", [.eventMatch(.type, pattern: "m.reaction")], .none),
        rule(
            .override, ".m.rule.room.server_acl",
            [.eventMatch(.type, pattern: "m.room.server_acl"), .eventMatch(.stateKey, pattern: "")], .none),
        rule(
            .override, ".m.rule.suppress_edits",
            [.propertyIs(.relationType, .string(Array("m.replace".utf8)))], .none),
    ]

    private static let containsUserName = PushRule(
        kind: .content, ruleID: ".m.rule.contains_user_name", isDefault: true, isEnabled: true,
        actions: PushActions(notify: true, sound: "default", highlight: true), matching: .localpart)

    private static let underride: [PushRule] = [
        rule(
            .underride, ".m.rule.call", [.eventMatch(.type, pattern: "m.call.invite")],
            PushActions(notify: true, sound: "ring")),
        rule(
            .underride, ".m.rule.encrypted_room_one_to_one",
            [twoMembers, .eventMatch(.type, pattern: "m.room.encrypted")],
            PushActions(notify: true, sound: "default")),
        rule(
            .underride, ".m.rule.room_one_to_one", [twoMembers, .eventMatch(.type, pattern: "m.room.message")],
            PushActions(notify: true, sound: "default")),
        rule(
            .underride, ".m.rule.message", [.eventMatch(.type, pattern: "m.room.message")],
            PushActions(notify: true)),
        rule(
            .underride, ".m.rule.encrypted", [.eventMatch(.type, pattern: "m.room.encrypted")],
            PushActions(notify: true)),
    ]

    private static let twoMembers = PushCondition.Test.memberCount(MemberCountComparison(exactly: 2))

    private static func rule(
        _ kind: PushRuleKind, _ ruleID: String, enabled: Bool = true, _ conditions: [PushCondition.Test],
        _ actions: PushActions
    ) -> PushRule {
        PushRule(
            kind: kind, ruleID: ruleID, isDefault: true, isEnabled: enabled, actions: actions,
            matching: .conditions(conditions.map { PushCondition($0) }))
    }
}
