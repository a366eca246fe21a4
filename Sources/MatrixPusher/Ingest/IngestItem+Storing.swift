internal import PushGateway
internal import PushJSON

extension IngestItem {
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
