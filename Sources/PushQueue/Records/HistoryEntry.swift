/// An event in a user's history.
package struct HistoryEntry: Sendable, Equatable {
    /// Grows with the order of arrival.
    package var id: Int64
    package var userID: String
    package var flags: HistoryFlags
    package var displayName: String?
    package var actions: [UInt8]
    package var event: HistoryEvent

    package init(
        id: Int64, userID: String, flags: HistoryFlags, displayName: String?, actions: [UInt8], event: HistoryEvent
    ) {
        self.id = id
        self.userID = userID
        self.flags = flags
        self.displayName = displayName
        self.actions = actions
        self.event = event
    }
}

/// What the history keeps of an event, whoever was notified.
package struct HistoryEvent: Sendable, Equatable {
    package var number: Int64
    /// When it was taken in, Unix milliseconds.
    package var at: Int64
    package var eventID: String
    package var roomID: String
    package var threadID: String?
    package var callID: String?
    /// JSON; empty where only the ids were asked for.
    package var event: [UInt8]
    package var room: [UInt8]?

    package init(
        number: Int64, at: Int64, eventID: String, roomID: String, threadID: String?, callID: String?, event: [UInt8],
        room: [UInt8]?
    ) {
        self.number = number
        self.at = at
        self.eventID = eventID
        self.roomID = roomID
        self.threadID = threadID
        self.callID = callID
        self.event = event
        self.room = room
    }
}
