internal import PushGateway
internal import PushJSON
internal import PushQueue

extension IngestItem: EventSource {
    // What these lead to is in the document, which the item has.

    var texts: EventTexts {
        EventTexts(
            eventID: eventID.utf8, roomID: roomID.utf8, threadID: thread?.content, callID: call?.content,
            event: event.source, room: room?.source)
    }

    func texts(ofReader place: Int) -> ReaderTexts {
        ReaderTexts(userID: recipients[place].userID.utf8, displayName: recipients[place].displayName?.content)
    }

    /// The event as gateways are told of it.
    func fragment() -> EventFragment {
        var parts = EventFragment.Parts(
            eventID: eventID, roomID: roomID, type: type, sender: sender, stateKey: stateKey, content: content)
        (parts.roomName, parts.roomAlias, parts.senderDisplayName) = (names.room, names.alias, names.sender)
        return EventFragment(parts)
    }

    /// What the boards keep of it.
    /// - Parameter readers: The hashes of the users it notifies.
    func stored(readers: ArraySlice<Int>) -> StoredHistory {
        StoredHistory(
            eventHash: eventHash, roomHash: Self.hash(roomID),
            threadHash: thread.map(Self.hash) ?? UnreadBoard.main, callHash: call.map(Self.hash) ?? 0,
            readers: readers)
    }

    private static func hash(_ value: JSONView) -> Int { TextHash.of(value.utf8) }
}
