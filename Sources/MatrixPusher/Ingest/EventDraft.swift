internal import PushGateway
internal import PushJSON
internal import PushQueue

/// An event on its way into the queue: whom it notifies, and through which pushers.
struct EventDraft {
    let item: IngestItem
    var readers: [Reader] = []

    /// A user whom the event notifies.
    struct Reader {
        /// Place among the item's recipients.
        var recipient: Int
        var result: RecipientEvaluation.Result
        /// The user's enabled pushers.
        var pushers: [Int64]
        /// Keyed hash of (event, user): what was queued is recognised by it when it comes again.
        var key: UInt64
    }

    /// Readers, and notifications, that one event number has room for.
    private static let partSize = Int(NotificationID.perEvent)

    /// The parts as which the event is stored, each with one number: readers and notifications of a user stay together.
    func parts(_ chosen: [Int]) -> [[Int]] {
        var parts: [[Int]] = []
        var part: [Int] = []
        var notifications = 0
        for index in chosen {
            let count = readers[index].pushers.count
            if part.count == Self.partSize || notifications + count > Self.partSize {
                parts.append(part)
                part = []
                notifications = 0
            }
            part.append(index)
            notifications += count
        }
        if !part.isEmpty { parts.append(part) }
        return parts
    }

    /// What gateways are sent for the notifications of a part.
    func liveEvent(_ part: [Int], fragment: EventFragment, at now: Int64) -> LiveEvent {
        let notifications = part.flatMap { index in
            readers[index].pushers.map { pusher in
                NewNotification(
                    pusher: pusher, flags: readers[index].result.flags.rawValue, tweaks: readers[index].result.tweaks)
            }
        }
        return LiveEvent(
            fragment: fragment, queuedAt: now, expiresAt: item.lifetime.map { now + min($0, Self.longestLifetime) },
            notifications: notifications)
    }

    /// What is stored of an event that notifies nobody: its place in the order, for receipts that name it.
    func place() -> NewEvent {
        NewEvent(eventID: item.eventID.string ?? "", roomID: item.roomID.string ?? "")
    }

    /// What is stored of a part.
    func newEvent(_ part: [Int], _ live: LiveEvent) -> NewEvent {
        NewEvent(
            eventID: item.eventID.string ?? "", roomID: item.roomID.string ?? "",
            threadID: item.thread?.string, callID: item.call?.string, event: item.event.sourceBytes,
            room: item.room?.sourceBytes, expiresAt: live.expiresAt,
            notifications: live.notifications,
            readers: part.map { index in
                let reader = readers[index]
                let recipient = item.recipients[reader.recipient]
                var flags: HistoryFlags = []
                if reader.result.flags.contains(.highlight) { flags.insert(.highlight) }
                if reader.result.isGiven { flags.insert(.given) }
                return HistoryReader(
                    userID: recipient.userID.string ?? "", flags: flags,
                    displayName: recipient.displayName?.string, actions: reader.result.actions)
            })
    }

    /// What the boards keep of a part.
    func stored(_ part: [Int]) -> StoredHistory {
        StoredHistory(
            eventHash: item.eventHash, roomHash: Self.hash(item.roomID) ?? 0,
            threadHash: item.thread.flatMap(Self.hash) ?? UnreadBoard.main, callHash: item.call.flatMap(Self.hash) ?? 0,
            readers: part.map { item.recipients[readers[$0].recipient].userHash })
    }

    private static func hash(_ value: JSONValue) -> Int? { value.withStringBytes { TextHash.of($0) } }

    /// A call's `lifetime` beyond a week means nothing more, milliseconds.
    private static let longestLifetime: Int64 = 7 * 86_400_000
}
