/// Rules made ready for evaluation; immutable, to be kept and shared between threads.
///
/// Nothing in it depends on the user: the recipient's ID and display name come with each evaluation, so that all users
/// without rules of their own share one.
public final class CompiledRuleset: Sendable {
    struct Rule: Sendable {
        let kind: PushRuleKind
        let ruleID: String
        let actions: PushActions
    }

    let instructions: ContiguousArray<Instruction>
    let rules: ContiguousArray<Rule>
    let bytes: ContiguousArray<UInt8>
    let paths: [PropertyPath]
    let scalars: [PropertyScalar]

    /// About how much memory it takes, bytes.
    public var memorySize: Int {
        let ids = rules.reduce(0) { $0 + $1.ruleID.utf8.count }
        let lists = Dictionary(rules.map { (ObjectIdentifier($0.actions), $0.actions.source.count) }) { $1 }
        return 256 + instructions.count * MemoryLayout<Instruction>.stride + rules.count * MemoryLayout<Rule>.stride
            + ids + lists.values.reduce(0) { $0 + $1 + 192 } + bytes.count + paths.count * 128 + scalars.count * 64
    }

    /// The default rules and nothing else.
    public static func defaults(_ defaults: DefaultRules = DefaultRules()) -> CompiledRuleset {
        defaults.legacyMentions ? sharedLegacy : shared
    }

    /// The ruleset ready for evaluation; for one whose rules are all defaults the shared one of ``defaults(_:)``.
    public static func compiling(_ ruleset: PushRuleset, defaults: DefaultRules = DefaultRules()) -> CompiledRuleset {
        ruleset.isDefault ? self.defaults(defaults) : CompiledRuleset(ruleset, defaults)
    }

    private static let shared = CompiledRuleset(PushRuleset(), DefaultRules())
    private static let sharedLegacy = CompiledRuleset(PushRuleset(), DefaultRules(legacyMentions: true))

    private convenience init(_ ruleset: PushRuleset, _ defaults: DefaultRules) {
        var builder = RulesetBuilder()
        for kind in PushRuleKind.allCases {
            for rule in ruleset.rules(kind, defaults: defaults) where rule.isEnabled { builder.add(rule) }
        }
        self.init(builder)
    }

    init(_ builder: RulesetBuilder) {
        instructions = builder.instructions
        rules = builder.rules
        bytes = builder.bytes
        paths = builder.paths
        scalars = builder.scalars
    }

    /// What the rules say for one recipient of an event; the first enabled rule whose conditions all hold decides.
    ///
    /// The sender of the event is never notified. A display name that is absent or empty is found in no body.
    public func evaluate(_ event: PushEvent, recipient userID: String, displayName: String? = nil) -> Verdict {
        let rule = Self.withBytes(of: userID, displayName) { self.rule(for: event, $0, $1) }
        return rule.map { Verdict(self, rule: $0) } ?? Verdict.noRule
    }

    /// The actions of the rule that decides, nil where none does, for a recipient whose texts the caller has as UTF-8.
    package func actions(
        for event: PushEvent, recipient userID: UnsafeBufferPointer<UInt8>, displayName: UnsafeBufferPointer<UInt8>?
    ) -> PushActions? {
        rule(for: event, userID, displayName).map { rules[$0].actions }
    }

    /// The place of the rule that decides; nil where none does, and for the sender.
    private func rule(
        for event: PushEvent, _ userID: UnsafeBufferPointer<UInt8>, _ displayName: UnsafeBufferPointer<UInt8>?
    ) -> Int? {
        event.isSent(by: userID) ? nil : withEvaluation(event, userID, displayName) { $0.firstMatch() }
    }

    static func withBytes<Result>(
        of userID: String, _ displayName: String?,
        _ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>?) -> Result
    ) -> Result {
        var (userID, displayName) = (userID, displayName)
        return userID.withUTF8 { userID in displayName?.withUTF8 { body(userID, $0) } ?? body(userID, nil) }
    }

    func withEvaluation<Result>(
        _ event: PushEvent, _ userID: UnsafeBufferPointer<UInt8>, _ displayName: UnsafeBufferPointer<UInt8>?,
        _ body: (inout Evaluation) -> Result
    ) -> Result {
        instructions.withUnsafeBufferPointer { instructions in
            bytes.withUnsafeBufferPointer { bytes in
                var evaluation = Evaluation(
                    ruleset: self, instructions: instructions, bytes: bytes, event: event, userID: userID,
                    displayName: displayName)
                return body(&evaluation)
            }
        }
    }
}
