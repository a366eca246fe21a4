internal import PushGateway
internal import PushQueue

/// An event that was just taken in, with its notifications, so that sending them reads nothing back from disk.
final class LiveEvent: Sendable {
    let fragment: EventFragment
    /// Unix milliseconds.
    let queuedAt: Int64
    let expiresAt: Int64?
    /// How many notifications it has.
    let count: Int
    // Its own: the transaction's list must not stay in memory as long as the last of its events. And most have one.
    private let first: NewNotification
    private let others: [NewNotification]

    /// - Parameter notifications: One or more.
    init(fragment: EventFragment, queuedAt: Int64, expiresAt: Int64?, notifications: ArraySlice<NewNotification>) {
        self.fragment = fragment
        self.queuedAt = queuedAt
        self.expiresAt = expiresAt
        count = notifications.count
        first = notifications[notifications.startIndex]
        others = count == 1 ? [] : Array(notifications.dropFirst())
    }

    subscript(index: Int) -> NewNotification { index == 0 ? first : others[index - 1] }

    /// Bytes this takes in memory, roughly.
    var size: Int { fragment.bytes.count + count * 48 + 256 }
}
