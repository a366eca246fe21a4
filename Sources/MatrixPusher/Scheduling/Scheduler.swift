internal import PushQueue

/// Decides what is sent next: per pusher in order and one at a time, per gateway as its lane allows, fairly among both.
///
/// A pure structure of times and numbers; it knows no content, no thread and no clock. Its parts stand in several files, so
/// that its members are internal; only they change them.
struct Scheduler: Sendable {
    struct Limits: Sendable {
        var maxInFlight: Int
        var lane: GatewayLane.Limits
        /// Milliseconds; the upper bound of each notification's hold-off.
        var jitterDelay: Int64
        /// Milliseconds; see ``PusherConfiguration/Retry/giveUpAfter``.
        var giveUpAfter: Int64
        var maxAge: PendingItems.MaxAge
    }

    /// A notification to send, or a counts-only push.
    struct Send: Equatable, Sendable {
        var slot: Int32
        var lane: Int32
        /// 0 for a counts-only push.
        var notification: Int64
        /// When the counts-only push was asked for, Unix milliseconds; nil for a notification.
        var badge: Int64?
        var isReduced: Bool
        /// It is the one request that finds out whether a gateway that was down is back.
        var isProbe: Bool
        /// The lane's ``GatewayLane/generation`` when it was sent.
        var generation: UInt32 = 0
        /// It is of no use any more: to be buried instead of sent.
        var isExpired = false
    }

    /// A gateway's lane with its work.
    struct Lane: Sendable {
        let name: String
        var policy: GatewayLane
        /// Pushers whose next request may go.
        var ready = ReadyQueue()
        var inFlight = 0
        /// Pending notifications, and those of them behind a pusher's own backoff.
        var held = 0
        var heldWaiting = 0
        /// Pushers in service.
        var pushers = 0
        /// Linked into `active`.
        var isActive = false
        /// In `crowded`.
        var isCrowded = false
        /// When the deadline heap looks at this lane; one entry is enough.
        var deadline: Int64?

        var hasReady: Bool { !ready.isEmpty }
    }

    let limits: Limits
    let retry: RetrySchedule
    var pushers: ContiguousArray<PusherSlot> = []
    var lanes: ContiguousArray<Lane> = []
    var failures: [Int32: PusherFailure] = [:]
    var inFlight = 0
    /// Pushers in service.
    var pusherCount = 0
    /// Lanes with pushers in service.
    var populatedLanes = 0
    var items: PendingItems
    var users = UserIndex()
    var userClasses: UserClasses
    var laneByName: [String: Int32] = [:]
    /// Places of lanes that were forgotten.
    var freeLanes: [Int32] = []
    /// Lanes that may have something to send, in turn.
    var active: [Int32] = []
    var activeStart = 0
    /// Lanes with work that others left no room for, longest first, and the least that one of them has in flight.
    var crowded: [Int32] = []
    var leastCrowded = 0
    /// When pushers (slot) and lanes (~lane) are to be looked at again.
    var deadlines = DeadlineHeap()
    var sweepPosition = 0
    var laneSweepPosition = 0
    /// Counts-only pushes by pusher, with the Unix milliseconds since when one is wanted.
    var badges: [Int32: Int64] = [:]
    /// Of the lanes with server errors of late, which pushers had them.
    var troubles: [Int32: FailingPushers] = [:]
    /// What lanes rejected of late.
    var rejections: [Int32: RejectionWindow] = [:]

    init(limits: Limits, retry: RetrySchedule, now: Int64, userClasses: UserClasses = UserClasses()) {
        self.limits = limits
        self.userClasses = userClasses
        self.retry = retry
        items = PendingItems(startedAt: now)
    }

    /// Notifications in flight whose pusher is still in service.
    var pendingInFlight: Int {
        inFlight == 0 ? 0 : pushers.reduce(0) { $0 + ($1.flags.contains(.inFlight) && $1.queued > 0 ? 1 : 0) }
    }

    /// Milliseconds since the oldest pending notification was queued, its hold-off left out.
    func oldestAge(now: Int64) -> Int64 {
        var oldest = now
        for pusher in pushers {
            guard let item = items.first(of: pusher.pending) else { continue }
            oldest = min(oldest, items.queuedAt(item) + (limits.jitterDelay > 0 ? holdOff(item.id) : 0))
        }
        return now - oldest
    }
}
