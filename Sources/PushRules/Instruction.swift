/// One condition of a compiled ruleset; plain data, so that evaluation touches no reference count.
struct Instruction {
    enum Operation: UInt8 {
        /// A rule without conditions.
        case always
        case never
        /// Passes for events without `m.mentions`.
        case withoutMentions
        /// `event_match` without wildcards: the folded property is these bytes.
        case text
        /// `event_match` with wildcards.
        case textGlob
        /// On the body: a word; a literal with a word in it; anything else.
        case bodyWord
        case bodyPhrase
        case bodyGlob
        case textIsUserID
        case localpart
        case displayName
        /// `event_property_is`: a string; null, true or false by kind; an integer.
        case string
        case kind
        case integer
        /// `event_property_contains`: a scalar by its index; the recipient's user ID.
        case contains
        case containsUserID
        case memberCount
        case permission
    }

    var operation: Operation
    /// Whether the rule matches when this condition does.
    var isLast = false
    /// The property's place in the event; below 0, −1 − the index of a path of the ruleset.
    var place: Int32 = 0
    /// The rule's index.
    var rule: UInt32 = 0
    /// The first instruction of the next rule.
    var next: UInt32 = 0
    /// Bytes of the ruleset's pool; of `contains` the scalar's index.
    var start: UInt32 = 0
    var count: UInt32 = 0
    /// A hash, an integer, a kind, or the lowest member count that matches.
    var number: UInt64 = 0
    /// The highest member count that matches.
    var upper: Int64 = 0
}
