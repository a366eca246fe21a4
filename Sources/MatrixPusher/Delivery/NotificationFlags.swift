/// What a notification's row says besides its tweaks.
struct NotificationFlags: OptionSet, Sendable {
    let rawValue: Int32
    /// `prio` is `high`.
    static let highPriority = NotificationFlags(rawValue: 1)
    /// The event is a membership event, so that `user_is_target` is sent.
    static let memberEvent = NotificationFlags(rawValue: 2)
    /// The membership is the recipient's own.
    static let userIsTarget = NotificationFlags(rawValue: 4)
    /// The `highlight` tweak is set.
    static let highlight = NotificationFlags(rawValue: 8)
    /// It was a dead letter and is queued again: its place is that of its `queued_at`, not that of its id, and it is sent
    /// whatever the lifetime of its event.
    static let revived = NotificationFlags(rawValue: 16)
}
