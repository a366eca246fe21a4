internal import PushGateway
internal import PushQueue

/// What of a transaction's drafts is new, in parts that are stored under one number each.
struct IngestBatch: Sendable {
    /// What is to be sent of each of `events`; nil where nobody is notified.
    private(set) var live: [LiveEvent?] = []
    private(set) var stored: [StoredHistory] = []
    private(set) var events: NewEvents
    /// The keys of the new readers.
    let keys: [UInt64]
    let counts: [CountsUpdate]

    var notificationCount: Int { events.notifications.count }

    /// Counts that the homeserver sent with an event.
    struct CountsUpdate: Sendable {
        var userID: String
        var userHash: Int
        var unread: Int
        var missedCalls: Int
    }

    /// - Parameter known: Which of the drafts' events are stored already: they need no place of their own.
    init(_ drafts: EventDrafts, known: [Bool], keys: [UInt64], counts: [CountsUpdate], at now: Int64) {
        events = NewEvents(drafts.items)
        self.keys = keys
        self.counts = counts
        var parts: [EventDrafts.Part] = []
        parts.reserveCapacity(drafts.events.count)
        for index in drafts.events.indices {
            let first = parts.count
            drafts.forEachPart(of: index) { parts.append($0) }
            if parts.count == first, !known[index] { parts.append(EventDrafts.Part(event: index, first: 0)) }
        }
        live.reserveCapacity(parts.count)
        stored.reserveCapacity(parts.count)
        events.list.reserveCapacity(parts.count)
        add(parts, of: drafts, at: now)
    }

    private mutating func add(_ parts: [EventDrafts.Part], of drafts: EventDrafts, at now: Int64) {
        // The parts have ranges of these: an array of its own for each took longer to make than to fill.
        let (users, readers) = drafts.readers(of: parts)
        let notifications = drafts.notifications(of: parts)
        events.readers = readers
        events.notifications = notifications
        var fragment: EventFragment?
        var (first, firstNotification) = (0, 0)
        for (index, part) in parts.enumerated() {
            if index == 0 || parts[index - 1].event != part.event { fragment = nil }
            let range = first..<first + part.count
            first = range.upperBound
            stored.append(drafts.items.list[part.event].stored(readers: users[range]))
            guard !range.isEmpty else {
                live.append(nil)
                events.list.append(NewEvent(part.event, isPlace: true))
                continue
            }
            let own = firstNotification..<firstNotification + part.notifications
            firstNotification = own.upperBound
            let expiresAt = drafts.expiry(of: part, at: now)
            events.list.append(
                NewEvent(part.event, expiresAt: expiresAt, notifications: own, readers: range))
            guard !own.isEmpty else {
                live.append(nil)
                continue
            }
            let rendered = fragment ?? drafts.items.list[part.event].fragment()
            fragment = rendered
            live.append(
                LiveEvent(fragment: rendered, queuedAt: now, expiresAt: expiresAt, notifications: notifications[own]))
        }
    }
}
