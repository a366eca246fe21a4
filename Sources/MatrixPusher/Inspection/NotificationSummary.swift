/// A queued or dead notification as the inspection commands show it. Times are Unix milliseconds.
public struct NotificationSummary: Sendable, Equatable {
    public enum Kind: String, Sendable { case event, counts }
    public enum State: String, Sendable {
        case due, waiting, dead
        case inFlight = "in_flight"
    }

    public var id: Int64
    public var kind: Kind
    public var state: State
    public var userID: String
    public var appID: String
    public var pushkey: String
    /// The gateway's name, `https://host:port`.
    public var gateway: String
    public var eventID: String?
    public var roomID: String?
    /// `high` or `low`.
    public var isHighPriority: Bool
    public var queuedAt: Int64
    public var attempts: Int
    public var nextAttemptAt: Int64?
    public var lastError: String?
    /// Of a dead one; nil for any other.
    public var death: Death?

    /// How a notification ended that was given up on.
    public struct Death: Sendable, Equatable {
        public enum Reason: String, Sendable, CaseIterable {
            case gaveUp = "gave_up"
            case expired
            case refused
            case tooLarge = "too_large"
            case blockedAddress = "blocked_address"
        }

        /// Unix milliseconds.
        public var at: Int64
        public var reason: Reason
        /// HTTP status of the last answer; nil where no attempt had one.
        public var lastStatus: Int?

        public init(at: Int64, reason: Reason, lastStatus: Int?) {
            self.at = at
            self.reason = reason
            self.lastStatus = lastStatus
        }
    }

    public init(
        id: Int64, kind: Kind, state: State, userID: String, appID: String, pushkey: String, gateway: String,
        eventID: String?, roomID: String?, isHighPriority: Bool, queuedAt: Int64, attempts: Int,
        nextAttemptAt: Int64?, lastError: String?, death: Death? = nil
    ) {
        self.id = id
        self.kind = kind
        self.state = state
        self.userID = userID
        self.appID = appID
        self.pushkey = pushkey
        self.gateway = gateway
        self.eventID = eventID
        self.roomID = roomID
        self.isHighPriority = isHighPriority
        self.queuedAt = queuedAt
        self.attempts = attempts
        self.nextAttemptAt = nextAttemptAt
        self.lastError = lastError
        self.death = death
    }
}

/// One attempt to deliver a notification.
public struct DeliveryAttempt: Sendable, Equatable {
    /// Start, Unix milliseconds.
    public var at: Int64
    public var duration: Duration
    /// A short fixed word, as in the metrics: `accepted`, `timeout`, `status` …
    public var outcome: String
    /// HTTP status; nil when there was no answer.
    public var status: Int?
    public var reason: String?
    /// Unix milliseconds; nil when there is no further attempt.
    public var nextAttemptAt: Int64?

    public init(at: Int64, duration: Duration, outcome: String, status: Int?, reason: String?, nextAttemptAt: Int64?) {
        self.at = at
        self.duration = duration
        self.outcome = outcome
        self.status = status
        self.reason = reason
        self.nextAttemptAt = nextAttemptAt
    }
}

/// A notification with every attempt that was made.
public struct NotificationDetail: Sendable, Equatable {
    public var summary: NotificationSummary
    public var attempts: [DeliveryAttempt]

    public init(summary: NotificationSummary, attempts: [DeliveryAttempt]) {
        self.summary = summary
        self.attempts = attempts
    }
}

/// Which notifications to list; every member that is set narrows the list.
public struct NotificationFilter: Sendable, Equatable {
    /// A gateway's name (`https://host:port`) or host.
    public var gateway: String?
    public var userID: String?
    public var appID: String?
    public var state: NotificationSummary.State?
    /// Queued at least this long ago.
    public var olderThan: Duration?
    /// At most this many, oldest first.
    public var limit = 100

    public init() {}
}
