/// One screen of what a pusher is doing.
public struct PusherStatus: Sendable, Equatable {
    /// False when read from a database that no process serves.
    public var isRunning: Bool
    public var uptime: Duration
    public var queue = Queue()
    public var recent = Recent()
    public var gateways = Gateways()
    public var pushers = Pushers()
    public var database = Database()

    public init(isRunning: Bool, uptime: Duration) {
        self.isRunning = isRunning
        self.uptime = uptime
    }

    /// Notifications by state; `pending` is the sum of the first three.
    public struct Queue: Sendable, Equatable {
        public var due = 0
        public var waiting = 0
        public var inFlight = 0
        public var dead = 0
        public var pending: Int { due + waiting + inFlight }
        /// The longest time by which a notification's moment has passed without its being finished.
        public var oldestDue: Duration = .zero

        public init() {}
    }

    /// What ended within the last ``window``.
    public struct Recent: Sendable, Equatable {
        public var window: Duration = .seconds(300)
        public var accepted = 0
        public var failed = 0
        public var rejected = 0
        public var expired = 0
        public var cancelledByReason: [CancellationReason: Int] = [:]
        public var cancelled: Int { cancelledByReason.values.reduce(0, +) }

        public init() {}
    }

    public struct Gateways: Sendable, Equatable {
        public var up = 0
        public var ramping = 0
        public var down = 0
        public var suspect = 0

        public init() {}
    }

    public struct Pushers: Sendable, Equatable {
        public var total = 0
        public var failing = 0

        public init() {}
    }

    public struct Database: Sendable, Equatable {
        public var bytes: Int64 = 0
        public var schema = 0

        public init() {}
    }
}
