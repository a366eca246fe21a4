/// Who has the texts of events that are to be stored, and of those whom they notify: they are lent to the database,
/// copied nowhere. They stay where they are while the source lives.
package protocol EventSource: AnyObject, Sendable {
    /// The texts of an event.
    /// - Parameter place: ``NewEvent/place``.
    func texts(ofEvent place: Int) -> EventTexts

    /// The texts of a user whom an event notifies.
    /// - Parameter place: ``HistoryReader/place``.
    func texts(ofReader place: Int) -> ReaderTexts
}

/// The texts of an event, UTF-8, while they are lent.
package struct EventTexts {
    package var eventID: UnsafeBufferPointer<UInt8>
    package var roomID: UnsafeBufferPointer<UInt8>
    /// The root of the thread the event is in.
    package var threadID: UnsafeBufferPointer<UInt8>?
    /// The call that a call invite begins.
    package var callID: UnsafeBufferPointer<UInt8>?
    /// The event as it was given, JSON.
    package var event: UnsafeBufferPointer<UInt8>
    /// What was given of its room, JSON.
    package var room: UnsafeBufferPointer<UInt8>?

    package init(
        eventID: UnsafeBufferPointer<UInt8>, roomID: UnsafeBufferPointer<UInt8>,
        threadID: UnsafeBufferPointer<UInt8>?, callID: UnsafeBufferPointer<UInt8>?,
        event: UnsafeBufferPointer<UInt8>, room: UnsafeBufferPointer<UInt8>?
    ) {
        self.eventID = eventID
        self.roomID = roomID
        self.threadID = threadID
        self.callID = callID
        self.event = event
        self.room = room
    }
}

/// The texts of a user whom an event notifies, UTF-8, while they are lent.
package struct ReaderTexts {
    package var userID: UnsafeBufferPointer<UInt8>
    package var displayName: UnsafeBufferPointer<UInt8>?

    package init(userID: UnsafeBufferPointer<UInt8>, displayName: UnsafeBufferPointer<UInt8>?) {
        self.userID = userID
        self.displayName = displayName
    }
}
