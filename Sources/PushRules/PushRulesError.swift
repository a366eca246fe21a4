/// Why a ruleset, a change of one, an action list or an event is refused.
public struct PushRulesError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The class of a failure; open, so that later versions can add to it.
    public struct Code: RawRepresentable, Hashable, Sendable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        /// Not of the form that the specification asks for.
        public static let malformed = Code(rawValue: "malformed")
        /// A required member is absent.
        public static let missing = Code(rawValue: "missing")
        /// Well-formed, but over a limit of ``PushRuleLimits``.
        public static let tooLarge = Code(rawValue: "too_large")
        /// Well-formed, but nothing that is allowed: a rule's ID, an action, a place to put a rule.
        public static let invalid = Code(rawValue: "invalid")
        /// There is no such rule.
        public static let notFound = Code(rawValue: "not_found")
    }

    public let code: Code
    /// The kind of the rule at fault, where a rule is.
    public let kind: PushRuleKind?
    /// The ID of the rule at fault (shortened when very long), where it has one.
    public let ruleID: String?
    /// What is wrong, in a few words and without any content of an event.
    public let detail: String

    public init(_ code: Code, kind: PushRuleKind? = nil, ruleID: String? = nil, _ detail: String) {
        self.code = code
        self.kind = kind
        self.ruleID = ruleID.map { $0.unicodeScalars.count > 128 ? String($0.unicodeScalars.prefix(128)) + "…" : $0 }
        self.detail = detail
    }

    public var description: String {
        guard let kind else { return detail }
        guard let ruleID else { return "\(kind.rawValue) rule: \(detail)" }
        return "\(kind.rawValue) rule \"\(ruleID)\": \(detail)"
    }

    /// The errcode of a Matrix error answer.
    public var errcode: String {
        switch code {
        case .missing: "M_MISSING_PARAM"
        case .tooLarge: "M_TOO_LARGE"
        case .invalid: "M_INVALID_PARAM"
        case .notFound: "M_NOT_FOUND"
        default: "M_BAD_JSON"
        }
    }

    /// The same failure with the rule it belongs to.
    func within(_ kind: PushRuleKind, _ ruleID: String?) -> PushRulesError {
        PushRulesError(code, kind: kind, ruleID: ruleID, detail)
    }
}
