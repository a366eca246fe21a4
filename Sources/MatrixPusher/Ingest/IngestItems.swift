internal import PushGateway
internal import PushJSON
internal import PushQueue
internal import PushRules

/// The well-formed elements of a transaction's `events`, in the order in which they came.
///
/// In one place and one list each: an object for each of them would take longer to make than to fill.
final class IngestItems: Sendable {
    /// Keeps what the views lead to.
    let document: JSONDocument
    let list: [IngestItem]
    let recipients: [IngestItem.Recipient]
    /// Actions that the homeserver gave.
    private let given: [PushActions]

    init(_ list: [IngestItem], _ recipients: IngestItem.RecipientList, of document: JSONDocument) {
        self.document = document
        self.list = list
        self.recipients = recipients.list
        given = recipients.given
    }

    var count: Int { list.count }

    /// The actions that the homeserver gave for a recipient, having evaluated the rules itself.
    func actions(for recipient: IngestItem.Recipient) -> PushActions? { recipient.given.map { given[$0] } }

    /// An event as rules look at it.
    /// - Parameter former: Becomes this one: its memory is used again.
    func pushEvent(_ place: Int, insteadOf former: PushEvent?) -> PushEvent {
        let event = JSONValue(document, list[place].event)
        guard let former else { return PushEvent(event, list[place].partsForRules) }
        former.become(event, list[place].partsForRules)
        return former
    }
}

extension IngestItems: EventSource {
    func texts(ofEvent place: Int) -> EventTexts {
        EventTexts(
            eventID: list[place].eventID.utf8, roomID: list[place].roomID.utf8,
            threadID: list[place].thread?.content, callID: list[place].call?.content,
            event: list[place].event.source, room: list[place].room?.source)
    }

    func texts(ofReader place: Int) -> ReaderTexts {
        ReaderTexts(userID: recipients[place].userID.utf8, displayName: recipients[place].displayName?.content)
    }
}
