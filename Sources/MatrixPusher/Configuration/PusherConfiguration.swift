/// Everything that can be set about a ``Pusher``; the defaults are those of the sidecar.
public struct PusherConfiguration: Sendable, Equatable {
    /// Path of the SQLite database; it is created where there is none.
    public var databasePath: String
    public var push = Push()
    public var delivery = Delivery()
    public var retry = Retry()
    public var queue = Queue()
    public var network = Network()

    public init(databasePath: String = "matrix-pusher.db") {
        self.databasePath = databasePath
    }

    /// What is sent.
    public struct Push: Sendable, Equatable {
        /// False: event content never goes to a gateway.
        public var includeContent = true
        /// Unread counts rooms with unread notifying events; false: events.
        public var groupUnreadCountByRoom = true
        /// Counts-only pushes after receipts.
        public var badgeUpdates = true
        /// Upper bound of the random hold-off before a notification is due.
        public var jitterDelay: Duration = .zero
        /// Forces the `event_id_only` format for every pusher.
        public var eventIDOnly = false
        /// Also sends `id`, as older gateways expect.
        public var legacyFields = false
        /// Adds the default rules that version 1.17 of the specification removed.
        public var legacyMentionRules = false

        public init() {}
    }

    /// How requests go out.
    public struct Delivery: Sendable, Equatable {
        /// Requests in flight to all gateways together.
        public var maxInFlight = 256
        public var maxInFlightPerGateway = 64
        public var connectTimeout: Duration = .seconds(10)
        /// From the start of a request to the end of its response.
        public var responseTimeout: Duration = .seconds(90)
        /// Bytes of a response that are read.
        public var maxResponseSize = 65_536
        /// First pause before a gateway that is down is probed; doubled up to ``probeMax``.
        public var probeInitial: Duration = .seconds(1)
        public var probeMax: Duration = .seconds(60)
        /// How long a shutdown waits for requests in flight.
        public var shutdownTimeout: Duration = .seconds(10)
        /// Notifications of high priority older than this expire.
        public var maxAgeHigh: Duration = .seconds(86_400)
        /// Notifications of low priority older than this expire.
        public var maxAgeLow: Duration = .seconds(86_400)

        public init() {}
    }

    /// When a failed notification is tried again.
    public struct Retry: Sendable, Equatable {
        public var initial: Duration = .seconds(1)
        public var multiplier = 2.0
        public var max: Duration = .seconds(3600)
        /// Each delay is multiplied by a random factor in `1 - jitter ... 1 + jitter`.
        public var jitter = 0.2
        /// A notification queued this long while its pusher never succeeded is given up.
        public var giveUpAfter: Duration = .seconds(86_400)

        public init() {}
    }

    /// What is kept.
    public struct Queue: Sendable, Equatable {
        /// Pending notifications beyond which transactions are refused.
        public var maxPending = 10_000_000
        public var deadLetterRetention: Duration = .seconds(7 * 86_400)
        public var removedPusherRetention: Duration = .seconds(7 * 86_400)

        public init() {}
    }

    /// Where requests may go.
    public struct Network: Sendable, Equatable {
        /// Accepts `http` gateway URLs.
        public var allowHTTP = false
        /// Address ranges (CIDR) no connection is made to; nil: all that are not globally reachable.
        public var ipRangeBlocklist: [String]?
        /// Address ranges that win over the blocklist.
        public var ipRangeAllowlist: [String] = []
        /// URL of a forward proxy; ``environmentProxy`` for what the environment says; nil for none, whatever it says.
        ///
        /// Behind a proxy the address ranges hold for gateways whose URL has an address instead of a name: what a name
        /// stands for is the proxy's to judge.
        public var proxy: String?
        /// Stands for `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy` of the environment, read as curl reads them.
        public static let environmentProxy = "environment"
        /// Path of a PEM file with the certificate authorities to trust instead of the system's.
        public var caFile: String?

        public init() {}
    }
}
