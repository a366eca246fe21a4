internal import PushGateway
internal import PushQueue

/// An event that was just taken in, with its notifications, so that sending them reads nothing back from disk.
final class LiveEvent: Sendable {
    let fragment: EventFragment
    /// Unix milliseconds.
    let queuedAt: Int64
    let expiresAt: Int64?
    let notifications: [NewNotification]

    init(fragment: EventFragment, queuedAt: Int64, expiresAt: Int64?, notifications: [NewNotification]) {
        self.fragment = fragment
        self.queuedAt = queuedAt
        self.expiresAt = expiresAt
        self.notifications = notifications
    }

    /// Bytes this takes in memory, roughly.
    var size: Int { fragment.bytes.count + notifications.count * 48 + 256 }
}
