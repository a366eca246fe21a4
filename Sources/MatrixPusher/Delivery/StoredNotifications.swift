internal import PushGateway
internal import PushJSON
internal import PushQueue

/// Notifications that are read back from the queue together; an event that several of them share is rendered once.
struct StoredNotifications {
    struct Notification {
        /// nil where what is stored can not be sent.
        var fragment: EventFragment?
        var flags: Int32
        var tweaks: [UInt8]?
    }

    private var notifications: [Int64: Notification] = [:]

    /// Reads those of the notifications that are still queued.
    init(_ ids: [Int64], from reader: any NotificationQueueReader) throws(QueueError) {
        notifications.reserveCapacity(ids.count)
        var event: (number: Int64, fragment: EventFragment?)?
        try reader.payloads(of: ids.sorted()) { payload in
            let number = NotificationID.eventNumber(of: payload.notification.id)
            let fragment = event?.number == number ? event?.fragment : Self.fragment(payload)
            event = (number, fragment)
            notifications[payload.notification.id] = Notification(
                fragment: fragment, flags: payload.notification.flags, tweaks: payload.tweaks)
        }
    }

    subscript(id: Int64) -> Notification? { notifications[id] }

    private static func fragment(_ payload: NotificationPayload) -> EventFragment? {
        guard let event = try? JSONDocument(parsing: payload.event).root else { return nil }
        return EventFragment(
            event: event, room: payload.room.flatMap { try? JSONDocument(parsing: $0).root })
    }
}
