/// What is known of an event in a user's history.
package struct HistoryFlags: OptionSet, Sendable, Hashable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let read = HistoryFlags(rawValue: 1)
    package static let highlight = HistoryFlags(rawValue: 2)
    /// The call that the event began was answered: it is no missed one.
    package static let answered = HistoryFlags(rawValue: 4)
    /// The homeserver evaluated the rules.
    package static let given = HistoryFlags(rawValue: 8)
}
