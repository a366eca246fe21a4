/// Bounds on what a user's rules may cost in memory and time.
public struct PushRuleLimits: Sendable {
    /// Rules of all kinds together, the specification's defaults not counted.
    public var rules = 4096
    /// Bytes of a rule's ID.
    public var ruleIDBytes = 512
    /// Conditions of one rule.
    public var conditions = 64
    /// Bytes of one condition as JSON.
    public var conditionBytes = 8192
    /// Bytes of a content rule's pattern.
    public var patternBytes = 1024
    /// Elements of one list of actions.
    public var actions = 32
    /// Bytes of one list of actions as JSON.
    public var actionBytes = 8192
    /// Bytes of the whole content as JSON.
    public var contentBytes = 1 << 20

    public init() {}

    /// For what was checked before it was stored.
    static let none: PushRuleLimits = {
        var limits = PushRuleLimits()
        limits.rules = .max
        limits.ruleIDBytes = .max
        limits.conditions = .max
        limits.conditionBytes = .max
        limits.patternBytes = .max
        limits.actions = .max
        limits.actionBytes = .max
        limits.contentBytes = .max
        return limits
    }()

    /// Byte comparisons that the patterns of one recipient may take on one event; patterns after that do not match.
    ///
    /// A pattern costs at most its length times the text's, so only rules made to be slow come near it.
    static let globSteps = 8_000_000
}
