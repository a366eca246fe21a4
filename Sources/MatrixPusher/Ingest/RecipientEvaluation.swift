internal import PushJSON
internal import PushRules

/// Decides for the recipients of one event, by their rules or by the actions the homeserver gave.
struct RecipientEvaluation {
    /// A notification for one recipient.
    struct Result {
        var flags: NotificationFlags
        /// The actions that decided.
        var actions: PushActions
        /// The homeserver evaluated the rules.
        var isGiven: Bool
    }

    private let item: IngestItem
    private let event: PushEvent
    private let rulesets: RulesetStore

    init(_ item: IngestItem, rulesets: RulesetStore) {
        self.item = item
        self.rulesets = rulesets
        event = PushEvent(
            JSONValue(item.document, item.event), type: item.type, sender: item.sender, stateKey: item.stateKey,
            roomID: item.roomID, content: item.content, facts: item.roomFacts)
    }

    /// - Returns: nil where the recipient is not notified.
    /// - Throws: ``PusherError`` where the user's ruleset can not be read from the queue.
    func evaluate(_ recipient: IngestItem.Recipient) throws(PusherError) -> Result? {
        let verdict: Verdict
        if let actions = item.actions(for: recipient) {
            verdict = Verdict(given: actions)
        } else {
            let ruleset = try rulesets.compiled(of: recipient)
            verdict = ruleset.evaluate(
                event, recipient: recipient.userID.utf8, displayName: recipient.displayName?.content)
        }
        guard let actions = verdict.actions, actions.notify else { return nil }
        var flags: NotificationFlags = []
        if verdict.isHighPriority(for: event) { flags.insert(.highPriority) }
        if actions.highlight { flags.insert(.highlight) }
        if let target = item.memberTarget {
            flags.insert(.memberEvent)
            if target.hasSameContent(as: recipient.userID) { flags.insert(.userIsTarget) }
        }
        return Result(flags: flags, actions: actions, isGiven: recipient.given != nil)
    }
}
