/// What the history keeps of an event that notifies.
package struct NewHistory: Sendable, Equatable {
    package var eventID: String
    package var roomID: String
    /// The root of the thread the event is in.
    package var threadID: String?
    /// The call that a call invite begins.
    package var callID: String?
    /// The event as it was given, JSON.
    package var event: [UInt8]
    /// What was given of its room, JSON.
    package var room: [UInt8]?
    package var readers: [HistoryReader]

    package init(
        eventID: String, roomID: String, threadID: String?, callID: String?, event: [UInt8], room: [UInt8]?,
        readers: [HistoryReader]
    ) {
        self.eventID = eventID
        self.roomID = roomID
        self.threadID = threadID
        self.callID = callID
        self.event = event
        self.room = room
        self.readers = readers
    }
}

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
