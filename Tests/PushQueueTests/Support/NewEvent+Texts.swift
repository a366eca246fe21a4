package import PushQueue

/// An event whose texts are in memory of their own.
private final class EventCopy: EventSource {
    let ids: [[UInt8]]
    let thread: [UInt8]?
    let call: [UInt8]?
    let event: [UInt8]
    let room: [UInt8]?
    let readers: [Reader]

    init(ids: [String], thread: String?, call: String?, event: [UInt8], room: [UInt8]?, readers: [Reader]) {
        self.ids = ids.map { Array($0.utf8) }
        self.thread = thread.map { Array($0.utf8) }
        self.call = call.map { Array($0.utf8) }
        self.event = event
        self.room = room
        self.readers = readers
    }

    func withTexts(_ body: (EventTexts) throws(QueueError) -> Void) throws(QueueError) {
        try ids[0].withUnsafeBufferPointer { eventID throws(QueueError) in
            try ids[1].withUnsafeBufferPointer { roomID throws(QueueError) in
                try event.withUnsafeBufferPointer { event throws(QueueError) in
                    try lend(thread) { thread throws(QueueError) in
                        try lend(call) { call throws(QueueError) in
                            try lend(room) { room throws(QueueError) in
                                try body(
                                    EventTexts(
                                        eventID: eventID, roomID: roomID, threadID: thread, callID: call,
                                        event: event, room: room))
                            }
                        }
                    }
                }
            }
        }
    }

    func withTexts(
        ofReader place: Int, _ body: (ReaderTexts) throws(QueueError) -> Void
    ) throws(QueueError) {
        try lend(Array(readers[place].userID.utf8)) { userID throws(QueueError) in
            try lend(readers[place].displayName.map { Array($0.utf8) }) { displayName throws(QueueError) in
                try body(ReaderTexts(userID: userID!, displayName: displayName))
            }
        }
    }

    private func lend(
        _ bytes: [UInt8]?, _ body: (UnsafeBufferPointer<UInt8>?) throws(QueueError) -> Void
    ) throws(QueueError) {
        guard let bytes else { return try body(nil) }
        try bytes.withUnsafeBufferPointer { bytes throws(QueueError) in try body(bytes) }
    }
}

/// A user whom an event of the tests notifies.
package struct Reader: Sendable {
    package var userID: String
    package var flags: HistoryFlags
    package var displayName: String?
    package var actions: [UInt8]

    package init(userID: String, flags: HistoryFlags, displayName: String?, actions: [UInt8]) {
        self.userID = userID
        self.flags = flags
        self.displayName = displayName
        self.actions = actions
    }
}

extension NewEvent {
    package init(
        eventID: String, roomID: String, threadID: String? = nil, callID: String? = nil, event: [UInt8] = [],
        room: [UInt8]? = nil, expiresAt: Int64? = nil, notifications: [NewNotification] = [],
        readers: [Reader] = []
    ) {
        self.init(
            EventCopy(
                ids: [eventID, roomID], thread: threadID, call: callID, event: event, room: room, readers: readers),
            expiresAt: expiresAt, notifications: notifications,
            readers: readers.enumerated().map { place, reader in
                HistoryReader(place: place, flags: reader.flags, actions: reader.actions)
            }[...])
    }

    package var event: [UInt8] { (source as? EventCopy)?.event ?? [] }
    package var room: [UInt8]? { (source as? EventCopy)?.room }
}
