package import PushQueue

/// An event whose texts are in memory of their own.
///
/// `@unchecked Sendable`: the memory is never changed.
private final class EventCopy: EventSource, @unchecked Sendable {
    let event: [UInt8]
    let room: [UInt8]?
    private let texts: EventTexts
    private let readers: [ReaderTexts]
    /// What the texts lead to.
    private let memory: [UnsafeMutableBufferPointer<UInt8>]

    init(ids: [String], thread: String?, call: String?, event: [UInt8], room: [UInt8]?, readers: [Reader]) {
        var memory: [UnsafeMutableBufferPointer<UInt8>] = []
        func keep(_ bytes: some Collection<UInt8>) -> UnsafeBufferPointer<UInt8> {
            let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
            _ = copy.initialize(fromContentsOf: bytes)
            memory.append(copy)
            return UnsafeBufferPointer(copy)
        }
        self.event = event
        self.room = room
        texts = EventTexts(
            eventID: keep(ids[0].utf8), roomID: keep(ids[1].utf8), threadID: thread.map { keep($0.utf8) },
            callID: call.map { keep($0.utf8) }, event: keep(event), room: room.map { keep($0) })
        self.readers = readers.map { reader in
            ReaderTexts(userID: keep(reader.userID.utf8), displayName: reader.displayName.map { keep($0.utf8) })
        }
        self.memory = memory
    }

    deinit {
        for part in memory { part.deallocate() }
    }

    func texts(ofEvent place: Int) -> EventTexts { texts }

    func texts(ofReader place: Int) -> ReaderTexts { readers[place] }
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
                ids: [eventID, roomID], thread: threadID, call: callID, event: event, room: room, readers: readers), 0,
            expiresAt: expiresAt, notifications: notifications[...],
            readers: readers.enumerated().map { place, reader in
                HistoryReader(place: place, flags: reader.flags, actions: reader.actions)
            }[...])
    }

    package var event: [UInt8] { (source as? EventCopy)?.event ?? [] }
    package var room: [UInt8]? { (source as? EventCopy)?.room }
}
