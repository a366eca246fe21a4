internal import PushRules

/// Answers why push rules notify, or do not.
public enum PushRuleExplanation {
    /// Evaluates one request and says which rule matched and why each earlier one did not.
    /// - Parameters:
    ///   - request: A JSON object with `event`, `user_id` and optionally `display_name`, `room` and `ruleset`.
    ///   - legacyMentionRules: Whether the default rules have those that version 1.17 of the specification removed.
    /// - Returns: A JSON object; one with `errcode` and `error` for a request that can not be used.
    public static func answer(_ request: [UInt8], legacyMentionRules: Bool) -> [UInt8] {
        ExplainRequest.answer(line: request, defaults: DefaultRules(legacyMentions: legacyMentionRules))
    }
}
