internal import PushQueue

/// The events whose notifications are on their way, by event number, bounded in bytes; what is not here is read from the queue.
struct EventWindow: Sendable {
    private struct Entry: Sendable {
        var event: LiveEvent
        /// Index in `event.notifications` of the notification with ordinal 0 under this number.
        var firstIndex: Int
        /// Notifications under this number that are not finished.
        var remaining: Int
        var size: Int
    }

    private let capacity: Int
    private var entries: [Int64: Entry] = [:]
    private var size = 0
    /// Event numbers in order of arrival, also those already gone, for eviction.
    private var order: [Int64] = []
    private var orderStart = 0

    /// - Parameter capacity: Bytes.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Adds an event under the numbers it was stored as.
    mutating func insert(_ event: LiveEvent, firstNumber: Int64) {
        let perEvent = Int(NotificationID.perEvent)
        var index = 0
        var number = firstNumber
        while index < event.notifications.count {
            let remaining = min(perEvent, event.notifications.count - index)
            // The first number carries the size: a body that is shared counts once.
            let entry = Entry(event: event, firstIndex: index, remaining: remaining, size: index == 0 ? event.size : 0)
            entries[number] = entry
            size += entry.size
            order.append(number)
            index += perEvent
            number += 1
        }
        while size > capacity, orderStart < order.count {
            forget(order[orderStart])
            orderStart += 1
        }
        // One event that stays long must not keep the numbers of all that came and went after it.
        if order.count > 2 * entries.count + 4096 {
            order = order[orderStart...].filter { entries[$0] != nil }
            orderStart = 0
        }
    }

    /// The event of a notification and the notification's index in it; nil where it is not held.
    func find(_ notification: Int64) -> (event: LiveEvent, index: Int)? {
        guard let entry = entries[NotificationID.eventNumber(of: notification)] else { return nil }
        return (entry.event, entry.firstIndex + Int(notification % NotificationID.perEvent))
    }

    /// A notification is finished; the event goes with its last one.
    mutating func release(_ notification: Int64) {
        let number = NotificationID.eventNumber(of: notification)
        guard let index = entries.index(forKey: number) else { return }
        entries.values[index].remaining -= 1
        guard entries.values[index].remaining == 0 else { return }
        size -= entries.values[index].size
        entries.remove(at: index)
        if entries.isEmpty {
            order.removeAll(keepingCapacity: true)
            orderStart = 0
        }
    }

    /// Lets go of what is stored under a number: from now on it is read from the queue.
    mutating func forget(_ number: Int64) {
        guard let entry = entries.removeValue(forKey: number) else { return }
        size -= entry.size
    }
}
