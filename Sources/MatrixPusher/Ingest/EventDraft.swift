internal import PushGateway
internal import PushJSON
internal import PushQueue

/// An event on its way into the queue: whom it notifies, and through which pushers.
struct EventDraft {
    let item: IngestItem
    /// Its own in ``EventDrafts/readers``.
    var readers: Range<Int>

    /// A user whom the event notifies.
    struct Reader {
        /// Place among the item's recipients.
        var recipient: Int
        var result: RecipientEvaluation.Result
        /// The user's enabled pushers in ``EventDrafts/pushers``.
        var pushers = 0..<0
        /// Keyed hash of (event, user): what was queued is recognised by it when it comes again.
        var key: UInt64
        /// Not queued before: this is what is to be stored.
        var isNew = false
    }
}

/// The events of a transaction on their way into the queue. Their readers and pushers are in one list each: a list of its
/// own for every event and reader took longer to make than to fill.
struct EventDrafts {
    var events: [EventDraft] = []
    var readers: [EventDraft.Reader] = []
    /// Pushers of the readers, by number.
    var pushers: [Int64] = []

    /// Readers, and notifications, that one event number has room for.
    private static let partSize = Int(NotificationID.perEvent)

    /// Calls `body` with the new readers of an event, in parts that are stored under one number each: readers and
    /// notifications of a user stay together.
    func forEachPart(of draft: EventDraft, _ body: (Part) -> Void) {
        var part = Part(item: draft.item)
        for index in draft.readers where readers[index].isNew {
            let count = readers[index].pushers.count
            if part.readers.count == Self.partSize || part.notifications + count > Self.partSize {
                body(part)
                part = Part(item: draft.item)
            }
            part.readers.append(index)
            part.notifications += count
        }
        if !part.readers.isEmpty { body(part) }
    }

    /// What is stored of an event under one number.
    struct Part {
        let item: IngestItem
        /// Places in ``EventDrafts/readers``.
        var readers: [Int] = []
        var notifications = 0
    }

    /// What gateways are sent for the notifications of a part.
    func liveEvent(_ part: Part, fragment: EventFragment, at now: Int64) -> LiveEvent {
        var notifications: [NewNotification] = []
        notifications.reserveCapacity(part.notifications)
        for index in part.readers {
            let result = readers[index].result
            for place in readers[index].pushers {
                notifications.append(
                    NewNotification(pusher: pushers[place], flags: result.flags.rawValue, tweaks: result.tweaks))
            }
        }
        return LiveEvent(
            fragment: fragment, queuedAt: now,
            expiresAt: part.item.lifetime.map { now + min($0, Self.longestLifetime) }, notifications: notifications)
    }

    /// What is stored of a part.
    func newEvent(_ part: Part, _ live: LiveEvent) -> NewEvent {
        NewEvent(
            part.item, expiresAt: live.expiresAt, notifications: live.notifications,
            readers: part.readers.map { index in
                let result = readers[index].result
                let recipient = part.item.recipients[readers[index].recipient]
                var flags = HistoryFlags(rawValue: 0)
                if result.flags.contains(.highlight) { flags.insert(.highlight) }
                if result.isGiven { flags.insert(.given) }
                return HistoryReader(
                    userID: recipient.userID.string ?? "", flags: flags, displayName: recipient.displayName?.string,
                    actions: result.actions)
            })
    }

    /// What the boards keep of a part.
    func stored(_ part: Part) -> StoredHistory {
        part.item.stored(readers: part.readers.map { part.item.recipients[readers[$0].recipient].userHash })
    }

    /// A call's `lifetime` beyond a week means nothing more, milliseconds.
    private static let longestLifetime: Int64 = 7 * 86_400_000
}
