internal import PushJSON
internal import PushQueue
internal import PushRules

/// The events of a transaction on their way into the queue: whom they notify, and through which pushers.
///
/// Readers and pushers are in one list each: a list of its own for every event and reader took longer to make than to fill.
struct EventDrafts {
    let items: IngestItems
    /// Each item's own in ``readers``.
    var events: [Range<Int>] = []
    var readers: [Reader] = []
    /// Pushers of the readers, by number.
    var pushers: [Int64] = []

    /// Readers, and notifications, that one event number has room for.
    private static let partSize = Int(NotificationID.perEvent)

    init(_ items: IngestItems) {
        self.items = items
        events.reserveCapacity(items.count)
        readers.reserveCapacity(items.count)
    }

    /// A user whom the event notifies.
    struct Reader {
        /// Place in ``IngestItems/recipients``.
        var recipient: Int
        var result: RecipientEvaluation.Result
        /// The user's enabled pushers in ``EventDrafts/pushers``.
        var pushers = 0..<0
        /// Keyed hash of (event, user): what was queued is recognised by it when it comes again.
        var key: UInt64
        /// Not queued before: this is what is to be stored.
        var isNew = false
    }

    /// Calls `body` with the new readers of an event, in parts that are stored under one number each: readers and
    /// notifications of a user stay together.
    func forEachPart(of event: Int, _ body: (Part) -> Void) {
        let all = events[event]
        var part = Part(event: event, first: all.lowerBound)
        for index in all where readers[index].isNew {
            let count = readers[index].pushers.count
            if part.count == Self.partSize || part.notifications + count > Self.partSize {
                body(part)
                part = Part(event: event, first: index)
            }
            part.readers = part.readers.lowerBound..<index + 1
            part.count += 1
            part.notifications += count
        }
        if part.count > 0 { body(part) }
    }

    /// What is stored of an event under one number.
    struct Part {
        /// Place in ``EventDrafts/events``.
        let event: Int
        /// Places in ``EventDrafts/readers``, of which the new ones belong to it.
        var readers: Range<Int>
        /// How many those are.
        var count = 0
        var notifications = 0

        /// One without readers.
        init(event: Int, first: Int) {
            self.event = event
            readers = first..<first
        }
    }

    /// The readers of all parts, one after the other: their hashes, and what is stored of them.
    func readers(of parts: [Part]) -> (users: [Int], history: [HistoryReader]) {
        var users: [Int] = []
        var history: [HistoryReader] = []
        let count = parts.reduce(0) { $0 + $1.count }
        users.reserveCapacity(count)
        history.reserveCapacity(count)
        for part in parts {
            for index in part.readers where readers[index].isNew {
                let place = readers[index].recipient
                var flags = HistoryFlags(rawValue: 0)
                if readers[index].result.flags.contains(.highlight) { flags.insert(.highlight) }
                if readers[index].result.isGiven { flags.insert(.given) }
                users.append(items.recipients[place].userHash)
                history.append(
                    HistoryReader(place: place, flags: flags, actions: readers[index].result.actions.source))
            }
        }
        return (users, history)
    }

    /// The notifications of all parts, one after the other.
    func notifications(of parts: [Part]) -> [NewNotification] {
        var notifications: [NewNotification] = []
        notifications.reserveCapacity(parts.reduce(0) { $0 + $1.notifications })
        for part in parts {
            for index in part.readers where readers[index].isNew {
                for place in readers[index].pushers {
                    notifications.append(
                        NewNotification(
                            pusher: pushers[place], flags: readers[index].result.flags.rawValue,
                            tweaks: readers[index].result.actions.tweaks))
                }
            }
        }
        return notifications
    }

    /// When an event that is queued now is of no use any more, Unix milliseconds.
    func expiry(of part: Part, at now: Int64) -> Int64? {
        items.list[part.event].lifetime.map { now + min($0, Self.longestLifetime) }
    }

    /// A call's `lifetime` beyond a week means nothing more, milliseconds.
    private static let longestLifetime: Int64 = 7 * 86_400_000
}
