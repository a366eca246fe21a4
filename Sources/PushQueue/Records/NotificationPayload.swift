/// All that a request to the gateway is built from, apart from the pusher.
package struct NotificationPayload: Sendable, Equatable {
    package var notification: PendingNotification
    package var tweaks: [UInt8]?
    /// The event as it was given, JSON; notifications of one event that are read together share the storage.
    package var event: [UInt8]
    /// What was given of its room, JSON.
    package var room: [UInt8]?

    package init(notification: PendingNotification, tweaks: [UInt8]?, event: [UInt8], room: [UInt8]?) {
        self.notification = notification
        self.tweaks = tweaks
        self.event = event
        self.room = room
    }
}
