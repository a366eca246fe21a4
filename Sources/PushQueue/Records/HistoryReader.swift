/// A user whom an event notifies.
package struct HistoryReader: Sendable, Equatable {
    package var userID: String
    package var flags: HistoryFlags
    package var displayName: String?
    /// The actions that decided, a JSON array.
    package var actions: [UInt8]

    package init(userID: String, flags: HistoryFlags, displayName: String?, actions: [UInt8]) {
        self.userID = userID
        self.flags = flags
        self.displayName = displayName
        self.actions = actions
    }
}
