internal import PushGateway
internal import PushJSON
internal import PushQueue

extension IngestItem: EventSource {
    func withTexts(_ body: (EventTexts) throws(QueueError) -> Void) throws(QueueError) {
        // The item has the document, and so what these lead to.
        defer { withExtendedLifetime(self) {} }
        let nothing = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        try body(
            EventTexts(
                eventID: eventID.unsafeContent ?? nothing, roomID: roomID.unsafeContent ?? nothing,
                threadID: thread?.unsafeContent, callID: call?.unsafeContent, event: event.unsafeSource,
                room: room?.unsafeSource))
    }

    /// The event as gateways are told of it.
    func fragment() -> EventFragment {
        var parts = EventFragment.Parts(
            eventID: eventID, roomID: roomID, type: type, sender: sender, content: content)
        (parts.roomName, parts.roomAlias, parts.senderDisplayName) = (names.room, names.alias, names.sender)
        if memberTarget?.kind == .string, let membership = content["membership"], membership.kind == .string {
            parts.membership = membership
        }
        return EventFragment(parts)
    }

    /// What the boards keep of it.
    /// - Parameter readers: The hashes of the users it notifies.
    func stored(readers: [Int]) -> StoredHistory {
        StoredHistory(
            eventHash: eventHash, roomHash: Self.hash(roomID) ?? 0,
            threadHash: thread.flatMap(Self.hash) ?? UnreadBoard.main, callHash: call.flatMap(Self.hash) ?? 0,
            readers: readers)
    }

    private static func hash(_ value: JSONValue) -> Int? { value.withStringBytes { TextHash.of($0) } }
}
