/// The `prio` of a notification.
package enum NotificationPriority: Sendable, Equatable {
    case high
    case low
}
