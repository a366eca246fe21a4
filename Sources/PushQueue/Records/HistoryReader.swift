/// A user whom an event notifies; who has the event's texts has the user's.
package struct HistoryReader: Sendable, Equatable {
    /// What the event's source knows the user by.
    package var place: Int
    package var flags: HistoryFlags
    /// The actions that decided, a JSON array.
    package var actions: [UInt8]

    package init(place: Int, flags: HistoryFlags, actions: [UInt8]) {
        self.place = place
        self.flags = flags
        self.actions = actions
    }
}
