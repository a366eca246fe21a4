/// A page of what a user was notified of (Client-Server API, `GET /notifications`), newest first.
public struct NotificationHistory: Sendable, Equatable {
    public struct Entry: Sendable, Equatable {
        /// The actions that decided, a JSON array.
        public var actions: [UInt8]
        /// The event as the homeserver gave it, JSON.
        public var event: [UInt8]
        public var roomID: String
        public var isRead: Bool
        /// When the event was taken in, Unix milliseconds.
        public var at: Int64
    }

    public var entries: [Entry]
    /// The `from` of the next page; nil at the end.
    public var nextToken: String?
}
