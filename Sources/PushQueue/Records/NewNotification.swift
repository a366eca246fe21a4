/// One event for one pusher, to be queued.
package struct NewNotification: Sendable, Equatable {
    package var pusher: Int64
    /// Unix milliseconds before which it is not due; `nil`: at once.
    package var notBefore: Int64?
    /// Of the caller's making; the queue only keeps them.
    package var flags: Int32
    /// The tweaks as a JSON object, where there are any.
    package var tweaks: [UInt8]?

    package init(pusher: Int64, notBefore: Int64? = nil, flags: Int32 = 0, tweaks: [UInt8]? = nil) {
        self.pusher = pusher
        self.notBefore = notBefore
        self.flags = flags
        self.tweaks = tweaks
    }
}
