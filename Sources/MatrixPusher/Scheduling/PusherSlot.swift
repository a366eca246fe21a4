/// What the scheduler keeps in memory of a pusher, idle or busy: 56 bytes.
struct PusherSlot: Sendable {
    struct Flags: OptionSet, Sendable {
        let rawValue: UInt16
        /// Taken out of service; the slot only waits for its request in flight to end.
        static let removed = Flags(rawValue: 1)
        static let disabled = Flags(rawValue: 2)
        static let inFlight = Flags(rawValue: 4)
        /// In its lane's ``ReadyQueue``.
        static let ready = Flags(rawValue: 8)
        /// Held by its own backoff or by a hold-off until a moment in the deadline heap.
        static let waiting = Flags(rawValue: 16)
        /// The user's counts are known.
        static let hasCounts = Flags(rawValue: 32)
        /// `counts` are never sent to this pusher.
        static let hidesCounts = Flags(rawValue: 64)
        /// The notification at the front goes as `event_id_only`, because the gateway found it too large.
        static let reduced = Flags(rawValue: 128)
        /// Registered anew while its request was in flight: that answer is not about the present registration.
        static let replaced = Flags(rawValue: 256)
        /// The attempt log may have entries of the notification at the front.
        static let tried = Flags(rawValue: 512)
        /// The notification in flight was read or redacted: it is not tried again.
        static let cancelled = Flags(rawValue: 1024)
        /// What is in flight is a counts-only push.
        static let badgeInFlight = Flags(rawValue: 2048)
        /// What is in flight is from before the pusher was taken out of service and brought back: nothing of its queue.
        static let strangerInFlight = Flags(rawValue: 4096)
    }

    static let none: Int32 = -1

    /// Row id of the pusher.
    let id: Int64
    /// Keyed hash of the user id, the key of ``UserIndex``.
    let userHash: Int
    var pending = PendingItems.List()
    var queued: UInt32 = 0
    /// Index of the gateway's lane.
    var lane: Int32
    /// The next pusher of the same user.
    var nextOfUser = PusherSlot.none
    /// The neighbours in the lane's ``ReadyQueue``.
    var previousReady = PusherSlot.none
    var nextReady = PusherSlot.none
    var unread: UInt32 = 0
    var missedCalls: UInt16 = 0
    var flags: Flags
    /// The user's class in the ``ReadyQueue`` of each lane.
    let userClass: UInt8
    /// Unix hour of the last success that was written down, of a count that begins anew every seven years; 0 is none.
    private var successHour: UInt16 = 0

    init(id: Int64, userHash: Int, userClass: UInt8, lane: Int32, isEnabled: Bool) {
        self.id = id
        self.userHash = userHash
        self.userClass = userClass
        self.lane = lane
        flags = isEnabled ? [] : .disabled
    }

    /// Notes a success.
    /// - Returns: whether it is to be written down: once an hour is enough for whoever looks.
    mutating func noteSuccess(now: Int64) -> Bool {
        let hour = UInt16(truncatingIfNeeded: now / 3_600_000 % Int64(UInt16.max) + 1)
        defer { successHour = hour }
        return hour != successHour
    }

    /// Takes over what is known of the counts from another pusher of the same user.
    mutating func copyCounts(of other: PusherSlot) {
        unread = other.unread
        missedCalls = other.missedCalls
        flags.formUnion(other.flags.intersection(.hasCounts))
    }
}
