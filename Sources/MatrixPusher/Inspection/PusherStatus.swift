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
        /// Nil while the database can be written.
        public var trouble: Trouble?

        public init() {}
    }

    /// The database can not be written: what is sent in is refused, what is queued is delivered.
    public struct Trouble: Sendable, Equatable {
        /// What is wrong, for people.
        public var error: String
        public var lasting: Duration
        /// Results of deliveries that are kept in memory until they can be stored.
        public var unsaved: Int

        public init(error: String, lasting: Duration, unsaved: Int) {
            (self.error, self.lasting, self.unsaved) = (error, lasting, unsaved)
        }

        init(_ trouble: StorageHealth.Trouble) {
            self.init(
                error: "\(trouble.error)", lasting: ContinuousClock.now - trouble.since, unsaved: trouble.kept)
        }
    }
}
