internal import PushQueue

/// The texts of events in memory of their own.
///
/// `@unchecked Sendable`: the memory is never changed.
final class CopiedTexts: EventSource, @unchecked Sendable {
    private var events: [EventTexts] = []
    private var readers: [ReaderTexts] = []
    /// What the texts lead to.
    private var memory: [UnsafeMutableBufferPointer<UInt8>] = []

    init(of events: [TestEvent]) {
        for event in events {
            self.events.append(
                EventTexts(
                    eventID: keep(event.eventID.utf8), roomID: keep(event.roomID.utf8),
                    threadID: event.threadID.map { keep($0.utf8) }, callID: event.callID.map { keep($0.utf8) },
                    event: keep(event.event), room: event.room.map { keep($0) }))
            for reader in event.readers {
                readers.append(
                    ReaderTexts(
                        userID: keep(reader.userID.utf8), displayName: reader.displayName.map { keep($0.utf8) }))
            }
        }
    }

    deinit {
        for part in memory { part.deallocate() }
    }

    func texts(ofEvent place: Int) -> EventTexts { events[place] }

    func texts(ofReader place: Int) -> ReaderTexts { readers[place] }

    private func keep(_ bytes: some Collection<UInt8>) -> UnsafeBufferPointer<UInt8> {
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
        _ = copy.initialize(fromContentsOf: bytes)
        memory.append(copy)
        return UnsafeBufferPointer(copy)
    }
}
