internal import PushJSON
internal import PushRules

/// Decides for the recipients of one event after the other, by their rules or by the actions the homeserver gave.
struct RecipientEvaluation {
    /// A notification for one recipient.
    struct Result {
        var flags: NotificationFlags
        /// The actions that decided.
        var actions: PushActions
        /// The homeserver evaluated the rules.
        var isGiven: Bool
    }

    private let items: IngestItems
    private let rulesets: RulesetStore
    /// The event's in `items`.
    private var place = 0
    private var event: PushEvent?

    init(_ items: IngestItems, rulesets: RulesetStore) {
        self.items = items
        self.rulesets = rulesets
    }

    /// Goes on to an event.
    /// - Parameter place: Its place in `items`.
    mutating func turn(to place: Int) {
        self.place = place
        event = items.pushEvent(place, insteadOf: event)
    }

    /// Decides for a recipient of the event that was turned to.
    /// - Returns: nil where the recipient is not notified.
    /// - Throws: ``PusherError`` where the user's ruleset can not be read from the queue.
    func evaluate(_ recipient: IngestItem.Recipient) throws(PusherError) -> Result? {
        guard let event else { preconditionFailure("there is no event to evaluate") }
        let actions: PushActions?
        if let given = items.actions(for: recipient) {
            actions = given
        } else {
            actions = try rulesets.compiled(of: recipient).actions(
                for: event, recipient: recipient.userID.utf8, displayName: recipient.displayName?.content)
        }
        guard let actions, actions.notify else { return nil }
        var flags: NotificationFlags = []
        if actions.isHighPriority(for: event) { flags.insert(.highPriority) }
        if actions.highlight { flags.insert(.highlight) }
        if let target = items.list[place].memberTarget {
            flags.insert(.memberEvent)
            if target.hasSameContent(as: recipient.userID) { flags.insert(.userIsTarget) }
        }
        return Result(flags: flags, actions: actions, isGiven: recipient.given != nil)
    }
}
