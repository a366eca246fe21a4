internal import PushQueue

/// The tombstone of a pusher. Times are Unix milliseconds.
public struct RemovedPusherSummary: Sendable, Equatable {
    public enum Reason: String, Sendable, CaseIterable {
        /// Its gateway said that the pushkey is no longer valid.
        case rejected
        /// Another user set the same app ID and pushkey.
        case replaced
        /// Its device was logged out.
        case logout
        /// Its user or an operator removed it.
        case deleted
        /// Its user was deleted.
        case user
    }

    /// Ascending, never used twice: the removal's id.
    public var sequence: Int64
    /// The id that the pusher had.
    public var pusherID: Int64
    public var userID: String
    public var deviceID: String?
    public var appID: String
    public var pushkey: String
    /// The gateway's name, `https://host:port`.
    public var gateway: String
    public var reason: Reason
    public var removedAt: Int64
    /// nil unless it was restored.
    public var restoredAt: Int64?
    /// Whether ``Pusher/restorePusher(removal:)`` would take it back now.
    public var isRestorable: Bool

    public init(
        sequence: Int64, pusherID: Int64, userID: String, deviceID: String?, appID: String, pushkey: String,
        gateway: String, reason: Reason, removedAt: Int64, restoredAt: Int64?, isRestorable: Bool
    ) {
        self.sequence = sequence
        self.pusherID = pusherID
        self.userID = userID
        self.deviceID = deviceID
        self.appID = appID
        self.pushkey = pushkey
        self.gateway = gateway
        self.reason = reason
        self.removedAt = removedAt
        self.restoredAt = restoredAt
        self.isRestorable = isRestorable
    }
}

extension RemovedPusherSummary {
    /// - Parameter present: The pushers with the same app ID and pushkey that there are now.
    init(_ removed: RemovedPusher, present: [PusherRow]) {
        let fields = removed.pusher.fields
        // The same conditions as the queue's own when it restores.
        let isTaken = present.contains {
            $0.fields.userID == fields.userID || $0.pushkeyTimestamp >= removed.removedAt / 1000
        }
        self.init(
            sequence: removed.sequence, pusherID: removed.pusher.id, userID: fields.userID, deviceID: fields.deviceID,
            appID: fields.appID, pushkey: fields.pushkey, gateway: fields.gateway,
            reason: Reason(rawValue: removed.reason.rawValue) ?? .deleted, removedAt: removed.removedAt,
            restoredAt: removed.restoredAt,
            isRestorable: removed.restoredAt == nil && removed.reason != .user && !isTaken)
    }
}
