public import Logging
internal import PushGateway
internal import PushQueue
internal import PushRules
public import ServiceLifecycle
internal import Synchronization

/// The homeserver's half of the Push Gateway API: takes events in, decides by push rules who is notified, and delivers.
///
/// Thread-safe. Open it, hand ``run()`` to a service group or a task, and submit transactions; what
/// ``submit(transactionID:body:)`` has answered survives a crash.
public final class Pusher: Service, PusherInspection, Sendable {
    private let configuration: PusherConfiguration
    let logger: Logger
    private let queue: SQLiteQueue
    private let storage: StorageHealth
    let dispatcher: Dispatcher
    /// The loops that deliver, with what each sends; ``run()`` takes them.
    private let deliveries: Mutex<[(loop: TransferLoop, source: DeliverySource)]>
    let reading: ReadingState
    private let snapshot: ReadingSnapshot
    private let ingestor: Ingestor
    let room: QueueRoom
    let rulesets: RulesetStore
    let registry: PusherRegistry
    /// Monitoring does not wait for lists, nor users for operators.
    private let statusReader: ReaderThread
    let listReader: ReaderThread
    let historyReader: ReaderThread
    private let startedAt = ContinuousClock.now
    /// The last purge left something to delete: it goes on a second later.
    private let purgesAgain = Atomic(false)

    /// Opens the database (creating or migrating it where needed) and rebuilds what is kept in memory. Nothing is delivered
    /// before ``run()``.
    /// - Throws: ``PusherError`` with code `unusable`: the database is in use, damaged, newer or not writable, the
    ///   configuration has a bad address range or proxy, or libcurl can not be set up. The database is left as it was.
    public static func open(_ configuration: PusherConfiguration, logger: Logger) throws(PusherError) -> Pusher {
        // Checked before the database is touched.
        let loops = try configuration.transferLoops()
        do throws(QueueError) {
            let storage = StorageHealth(logger: logger)
            let queue = try SQLiteQueue(path: configuration.databasePath, observer: storage.observer)
            return try Pusher(configuration, queue: queue, loops: loops, storage: storage, logger: logger)
        } catch {
            throw PusherError.opening(error)
        }
    }

    private init(
        _ configuration: PusherConfiguration, queue: SQLiteQueue, loops: [TransferLoop], storage: StorageHealth,
        logger: Logger
    ) throws(QueueError) {
        self.configuration = configuration
        self.logger = logger
        self.queue = queue
        self.storage = storage
        let reader = try queue.makeReader()
        let hasher = DeliveryKeyHasher(key0: queue.secret.0, key1: queue.secret.1)
        var memory = try QueueMemory(configuration, reader: reader, hasher: hasher, now: UnixClock.now())
        if !memory.orphans.isEmpty { queue.finish(memory.orphans) }
        dispatcher = Dispatcher(
            scheduler: memory.takeScheduler(), queue: queue, configuration: configuration, logger: logger)
        var deliveries: [(loop: TransferLoop, source: DeliverySource)] = []
        for (index, loop) in loops.enumerated() {
            let reader = try queue.makeReader()
            deliveries.append((loop, DeliverySource(dispatcher: dispatcher, reader: reader, index: index)))
        }
        self.deliveries = Mutex(deliveries)
        rulesets = RulesetStore(
            owners: memory.rulesetOwners, legacyMentions: configuration.push.legacyMentionRules, queue: queue,
            reader: try queue.makeReader(),
            muted: MutedNotifications(dispatcher: dispatcher, reader: try queue.makeReader()),
            reportUnreadable: { logger.error("\($0)") })
        for pusher in memory.strayBadges { queue.deleteBadge(of: pusher, upTo: .max) }
        if !memory.forgotten.isEmpty { queue.markRead(memory.forgotten) }
        reading = ReadingState(memory.reading)
        snapshot = ReadingSnapshot(hasher: hasher)
        room = QueueRoom(dispatcher: dispatcher)
        ingestor = Ingestor(
            dispatcher: dispatcher, rulesets: rulesets, reading: reading,
            receipts: ReceiptProcessor(dispatcher: dispatcher, reading: reading, reader: try queue.makeReader()),
            recent: memory.recentDeliveries, room: room, hasher: hasher)
        registry = PusherRegistry(dispatcher: dispatcher, reading: reading, reader: try queue.makeReader())
        statusReader = try ReaderThread(try queue.makeReader())
        listReader = try ReaderThread(try queue.makeReader())
        historyReader = try ReaderThread(try queue.makeReader())
    }

    // MARK: Running

    /// Delivers until the task is cancelled or a graceful shutdown is asked for, then waits up to
    /// ``PusherConfiguration/Delivery/shutdownTimeout`` for requests in flight and closes the database. Runs once.
    public func run() async throws {
        // Nothing else is left to fail once there are callers. The loops are this call's: their connections end with it.
        let deliveries = deliveries.withLock { deliveries in
            defer { deliveries = [] }
            return deliveries
        }
        let loops = deliveries.map(\.loop)
        for (loop, source) in deliveries { try loop.start(source: source) }
        dispatcher.startDelivering(loops)
        logger.info(
            "delivery has begun", metadata: ["pending": "\(dispatcher.state.withLock { $0.scheduler.items.count })"])
        await cancelWhenGracefulShutdown { [self] in
            await maintain()
        }
        beginShutdown()
        for loop in loops { await loop.ended() }
        let unsaved = queue.close(leaving: { [reading, snapshot] store in
            reading.state.withLock { snapshot.write($0, store) }
        })
        if unsaved > 0 {
            logger.error(
                "the database could not take the last results: some notifications will go twice",
                metadata: ["writes": "\(unsaved)"])
        }
    }

    /// Begins to shut down, ahead of ``run()``'s being told to: long polls end, nothing new is sent, and requests in flight
    /// have ``PusherConfiguration/Delivery/shutdownTimeout`` from here on. For who has other things to end first; requests
    /// are still taken in until ``run()`` returns.
    public func beginShutdown() {
        endWaiting()
        dispatcher.stopDelivering()
    }

    /// Ends what ran out of time every second, and what is past its retention every minute, until cancelled.
    private func maintain() async {
        var round = 0
        while !Task.isCancelled {
            dispatcher.sweep()
            if round % 60 == 0 || purgesAgain.exchange(false, ordering: .relaxed) { purge() }
            round += 1
            try? await Task.sleep(for: .seconds(1))
        }
    }

    private func purge() {
        let now = UnixClock.now()
        ingestor.forget(before: now - 86_400_000)
        let retention = QueueRetention(
            deadLetters: configuration.queue.deadLetterRetention,
            removedPushers: configuration.queue.removedPusherRetention)
        queue.purge(retention, now: now) { [self] result in
            switch result {
            case .success(let report):
                if report.more { purgesAgain.store(true, ordering: .relaxed) }
            case .failure(let error):
                logger.warning("old rows could not be deleted", metadata: ["error": "\(error)"])
            }
        }
    }

    // MARK: Intake

    /// Takes a transaction in and answers once everything in it is durable.
    ///
    /// The same transaction again gets the same answer and queues nothing; an event that notified a user within the last
    /// day, and among the last million, does not notify that user again, whatever the transaction.
    /// - Parameters:
    ///   - transactionID: 1 to 255 bytes, chosen by the homeserver.
    ///   - body: JSON, `{"events": [...], "receipts": [...]}`.
    /// - Returns: JSON, `{"accepted": 1, "notifications": 1, "rejected": []}`.
    /// - Throws: ``PusherError``: `notJSON`, `badJSON`, `invalidParam`, `tooLarge` for a body that can not be used;
    ///   `limitExceeded` when the queue is full, `unavailable` when it can not be written. The transaction is not remembered
    ///   then: send it again, and what of it was stored is recognised.
    public func submit(transactionID: String, body: [UInt8]) async throws(PusherError) -> [UInt8] {
        try await ingestor.submit(transactionID: transactionID, body: body)
    }

    // MARK: Pushers and rules

    /// A user's pushers (Client-Server API, `GET /pushers`).
    public func pushers(of userID: String) async throws(PusherError) -> [PusherSummary] {
        try registry.list(userID: userID)
    }

    /// Sets or removes a pusher (Client-Server API, `POST /pushers/set`).
    /// - Parameters:
    ///   - deviceID: The device that the pusher belongs to.
    ///   - body: The request's JSON.
    public func setPusher(userID: String, deviceID: String?, body: [UInt8]) async throws(PusherError) {
        try await registry.set(userID: try UserID.checked(userID), deviceID: deviceID, body: body)
    }

    /// Replaces a user's whole ruleset.
    /// - Parameter body: The content of `m.push_rules`, JSON.
    public func setPushRules(userID: String, body: [UInt8]) async throws(PusherError) {
        try await rulesets.set(userID: try UserID.checked(userID), body: body)
    }

    // MARK: Inspection

    public func status() async throws(PusherError) -> PusherStatus {
        let now = UnixClock.now()
        var status = PusherStatus(isRunning: true, uptime: ContinuousClock.now - startedAt)
        dispatcher.state.withLock { $0.describe(into: &status, now: now) }
        let (totals, size, schema) = try await statusReader.read { reader throws(QueueError) in
            (try reader.totals(), reader.databaseSize(), try reader.schemaVersion())
        }
        status.queue.dead = totals.dead
        status.database.bytes = size.total
        status.database.schema = schema
        status.database.trouble = storage.trouble.map(PusherStatus.Trouble.init)
        return status
    }

    /// Why nothing can be taken in now; nil while all is well. Looks at nothing that could block.
    public var trouble: PusherStatus.Trouble? { storage.trouble.map(PusherStatus.Trouble.init) }

    public func notifications(
        _ filter: NotificationFilter
    ) async throws(PusherError) -> [NotificationSummary] {
        let dispatcher = dispatcher
        return try await listReader.read { reader throws(QueueError) in
            try QueueListing.notifications(filter, from: reader, now: UnixClock.now(), adjust: dispatcher.adjust)
        }
    }

    public func notification(id: Int64) async throws(PusherError) -> NotificationDetail? {
        let dispatcher = dispatcher
        return try await listReader.read { reader throws(QueueError) in
            try QueueListing.detail(id, from: reader, now: UnixClock.now(), adjust: dispatcher.adjust)
        }
    }
}
