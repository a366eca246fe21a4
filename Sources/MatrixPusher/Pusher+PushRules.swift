internal import PushJSON
internal import PushRules

/// The push rules API (Client-Server API, "Push Rules: API"), and what the homeserver does to whole rulesets.
///
/// Bodies and answers are JSON. Kinds are `override`, `content`, `room`, `sender` and `underride`, attributes `enabled`
/// and `actions`. All of these throw ``PusherError``: `invalidParam` for a kind, attribute, user ID or
/// rule ID that there can not be, `notFound` for a rule that there is not, `notJSON`, `badJSON`, `missingParam`,
/// `invalidParam` or `tooLarge` for a body that can not be used, and `unavailable` when the rules can not be stored now.
extension Pusher {
    /// All rules of a user: the content of `m.push_rules`.
    public func pushRules(of userID: String) async throws(PusherError) -> [UInt8] {
        let ruleset = try ruleset(of: userID)
        return Self.json { ruleset.write(to: &$0, userID: userID, defaults: rulesets.defaultRules) }
    }

    /// The rules of the scope `global`, by kind.
    public func globalPushRules(of userID: String) async throws(PusherError) -> [UInt8] {
        let ruleset = try ruleset(of: userID)
        return Self.json { ruleset.writeGlobal(to: &$0, userID: userID, defaults: rulesets.defaultRules) }
    }

    /// The rules of one kind, an array in the order in which they are looked at.
    public func pushRules(of userID: String, kind: String) async throws(PusherError) -> [UInt8] {
        let kind = try Self.kind(kind)
        let ruleset = try ruleset(of: userID)
        return Self.json { ruleset.write(kind, to: &$0, userID: userID, defaults: rulesets.defaultRules) }
    }

    /// One rule.
    public func pushRule(of userID: String, kind: String, ruleID: String) async throws(PusherError) -> [UInt8] {
        let rule = try rule(of: userID, Self.kind(kind), ruleID)
        return Self.json { rule.write(to: &$0, userID: userID) }
    }

    /// One attribute of a rule: `{"enabled": true}`, `{"actions": []}`.
    public func pushRule(
        of userID: String, kind: String, ruleID: String, attribute: String
    ) async throws(PusherError) -> [UInt8] {
        let kind = try Self.kind(kind)
        let attribute = try Self.attribute(attribute)
        let rule = try rule(of: userID, kind, ruleID)
        return Self.json { rule.write(attribute, to: &$0) }
    }

    /// Creates or changes a rule of the user.
    ///
    /// A new rule is enabled and comes first among the user's own of its kind; an existing one keeps its place and stays
    /// enabled or disabled.
    /// - Parameters:
    ///   - before: ID of a rule of the user, of the same kind, in front of which the rule is put.
    ///   - after: ID of one behind which it is put; without effect where there is `before`.
    public func setPushRule(
        of userID: String, kind: String, ruleID: String, body: [UInt8], before: String? = nil, after: String? = nil
    ) async throws(PusherError) {
        let kind = try Self.kind(kind)
        _ = try UserID.checked(userID)
        let body = try JSONDocument.body(body)
        try await rulesets.edit(userID: userID) { ruleset throws(PushRulesError) in
            try ruleset.put(kind, ruleID, body, before: before, after: after)
        }
    }

    /// Sets one attribute of a rule, also of a default rule.
    public func setPushRule(
        of userID: String, kind: String, ruleID: String, attribute: String, body: [UInt8]
    ) async throws(PusherError) {
        let kind = try Self.kind(kind)
        let attribute = try Self.attribute(attribute)
        _ = try UserID.checked(userID)
        let body = try JSONDocument.body(body)
        let defaults = rulesets.defaultRules
        try await rulesets.edit(userID: userID) { ruleset throws(PushRulesError) in
            try ruleset.set(attribute, of: kind, ruleID, body, defaults: defaults)
        }
    }

    /// Deletes a rule of the user. Default rules can only be disabled.
    public func deletePushRule(of userID: String, kind: String, ruleID: String) async throws(PusherError) {
        let kind = try Self.kind(kind)
        _ = try UserID.checked(userID)
        let defaults = rulesets.defaultRules
        try await rulesets.edit(userID: userID) { ruleset throws(PushRulesError) in
            try ruleset.delete(kind, ruleID, defaults: defaults)
        }
    }

    /// Takes a user back to the default rules.
    public func deletePushRules(of userID: String) async throws(PusherError) {
        _ = try UserID.checked(userID)
        try await rulesets.delete(userID: userID)
    }

    /// Copies what users' rules say of a room to the room that replaces it; rules for the new room that are there already
    /// are kept, so that the same call again changes nothing.
    /// - Parameter body: `{"old_room_id": "!a:hs", "new_room_id": "!b:hs", "user_ids": ["@bob:hs"]}`.
    /// - Returns: `{"rejected": []}`: the users whose rules would become too many, each with `user_id`, `errcode` and `error`.
    public func copyRoomPushRules(_ body: [UInt8]) async throws(PusherError) -> [UInt8] {
        let rejections = try await rulesets.copyRules(RoomUpgradeRequest(body))
        return Self.json { json in
            json.beginObject()
            json.key("rejected")
            json.beginArray()
            for rejection in rejections {
                json.beginObject()
                json.key("user_id")
                json.value(rejection.userID)
                json.key("errcode")
                json.value(rejection.error.code.rawValue)
                json.key("error")
                json.value(rejection.error.message)
                json.endObject()
            }
            json.endArray()
            json.endObject()
        }
    }

    // MARK: Pieces

    private func ruleset(of userID: String) throws(PusherError) -> PushRuleset {
        _ = try UserID.checked(userID)
        return try rulesets.ruleset(of: userID)
    }

    private func rule(of userID: String, _ kind: PushRuleKind, _ ruleID: String) throws(PusherError) -> PushRule {
        guard let rule = try ruleset(of: userID).rule(kind, ruleID, defaults: rulesets.defaultRules) else {
            throw PusherError(.notFound, "there is no such push rule")
        }
        return rule
    }

    private static func kind(_ text: String) throws(PusherError) -> PushRuleKind {
        guard let kind = PushRuleKind(rawValue: text) else {
            throw PusherError(.invalidParam, "unknown kind of push rule; there are \(names(of: PushRuleKind.allCases))")
        }
        return kind
    }

    private static func attribute(_ text: String) throws(PusherError) -> PushRuleAttribute {
        guard let attribute = PushRuleAttribute(rawValue: text) else {
            throw PusherError(
                .invalidParam, "unknown attribute of a push rule; there are \(names(of: PushRuleAttribute.allCases))")
        }
        return attribute
    }

    private static func names(of cases: [some RawRepresentable<String>]) -> String {
        cases.map(\.rawValue).joined(separator: ", ")
    }

    private static func json(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 4096)
        write(&writer)
        return writer.bytes
    }
}
