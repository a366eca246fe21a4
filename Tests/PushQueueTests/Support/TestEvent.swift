internal import PushQueue

/// An event of the tests, with its texts.
struct TestEvent {
    var eventID: String
    var roomID: String
    var threadID: String?
    var callID: String?
    var event: [UInt8] = []
    var room: [UInt8]?
    var expiresAt: Int64?
    var notifications: [NewNotification] = []
    var readers: [Reader] = []

    /// A user whom it notifies.
    struct Reader {
        var userID: String
        var flags: HistoryFlags
        var displayName: String?
        var actions: [UInt8]
    }

    /// An event `$name` for these pushers.
    static func test(_ name: String, for pushers: [Int64] = [1], content: Int = 20) -> TestEvent {
        TestEvent(
            eventID: "$\(name)", roomID: "!r:hs",
            event: Array("\"$\(name)\"".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: content),
            notifications: pushers.map { NewNotification(pusher: $0) })
    }
}

extension NewEvents {
    init(_ events: [TestEvent]) {
        self.init(CopiedTexts(of: events))
        for (place, event) in events.enumerated() {
            let (notification, reader) = (notifications.count, readers.count)
            notifications += event.notifications
            for each in event.readers {
                readers.append(HistoryReader(place: readers.count, flags: each.flags, actions: each.actions))
            }
            list.append(
                NewEvent(
                    place, expiresAt: event.expiresAt, notifications: notification..<notifications.count,
                    readers: reader..<readers.count))
        }
    }
}

extension NewTransaction {
    static func test(
        _ id: String? = nil, events: [TestEvent], at: Int64 = 1_000, answer: String = "{}",
        counts: [UserCounts] = [], effects: ReadingEffects = ReadingEffects()
    ) -> NewTransaction {
        NewTransaction(
            transactionID: id, answer: Array(answer.utf8), queuedAt: at, events: NewEvents(events), counts: counts,
            effects: effects)
    }
}
