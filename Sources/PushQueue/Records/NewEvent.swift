/// An event to store once, with the notifications and the history that refer to it. One that notifies nobody only has its
/// place in the order of arrival.
package struct NewEvent: Sendable, Equatable {
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
    /// Unix milliseconds after which the event is of no use to anyone.
    package var expiresAt: Int64?
    package var notifications: [NewNotification]
    /// The users whom it notifies.
    package var readers: [HistoryReader]

    package init(
        eventID: String,
        roomID: String,
        threadID: String? = nil,
        callID: String? = nil,
        event: [UInt8] = [],
        room: [UInt8]? = nil,
        expiresAt: Int64? = nil,
        notifications: [NewNotification] = [],
        readers: [HistoryReader] = []
    ) {
        self.eventID = eventID
        self.roomID = roomID
        self.threadID = threadID
        self.callID = callID
        self.event = event
        self.room = room
        self.expiresAt = expiresAt
        self.notifications = notifications
        self.readers = readers
    }
}
