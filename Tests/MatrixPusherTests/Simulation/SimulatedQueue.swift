import PushQueue

@testable import MatrixPusher

/// The durable queue of the simulation: what the program wrote, in arrays. Every write is durable at once.
///
/// `@unchecked Sendable`: used by the thread that runs the simulation.
final class SimulatedQueue: NotificationQueue, @unchecked Sendable {
    struct Row {
        var pusher: Int32
        var attempts: Int32 = 0
        var refusals: Int32 = 0
        var queuedAt: Int64
        var isPending = true
    }

    let gateways: [SimulatedGateway]
    let ledger: Ledger
    /// Notifications by number, the first is 0.
    private(set) var rows: ContiguousArray<Row> = []
    /// By pusher, the first is 0.
    private(set) var health: ContiguousArray<PusherHealth>
    private(set) var removed: ContiguousArray<Bool>
    private(set) var lanes: [String: LaneRecord] = [:]
    /// The tombstones.
    private(set) var rejections: [(gateway: String, at: Int64)] = []

    init(gateways: [SimulatedGateway], ledger: Ledger) {
        self.gateways = gateways
        self.ledger = ledger
        let pushers = gateways.reduce(0) { $0 + $1.pushers }
        health = ContiguousArray(repeating: PusherHealth(), count: pushers)
        removed = ContiguousArray(repeating: false, count: pushers)
    }

    /// A notification's id by its number; each is an event of its own.
    static func id(_ number: Int) -> Int64 { Int64(number + 1) * NotificationID.perEvent }

    static func number(_ id: Int64) -> Int { Int(NotificationID.eventNumber(of: id)) - 1 }

    func insert(pusher: Int, queuedAt: Int64) {
        rows.append(Row(pusher: Int32(pusher), queuedAt: queuedAt))
    }

    // MARK: What delivery writes

    func finish(_ notifications: [FinishedNotification]) {
        for notification in notifications {
            let number = Self.number(notification.id)
            rows[number].isPending = false
            ledger.finished(number)
        }
    }

    func recordFailure(_ failure: FailedAttempt) {
        let number = Self.number(failure.notification)
        if failure.countsAttempt { rows[number].attempts += 1 }
        rows[number].refusals = Int32(failure.refusals)
        if let health = failure.health { updateHealth(of: failure.pusher, to: health) }
    }

    func updateHealth(of pusher: Int64, to health: PusherHealth) { self.health[Int(pusher) - 1] = health }

    func setLane(_ lane: LaneRecord) {
        lanes[lane.gateway] = lane
        if lane.isSuspect { ledger.suspected() }
    }

    func deleteLane(_ gateway: String) { lanes[gateway] = nil }

    func bury(_ deadLetters: [DeadLetter]) {
        for letter in deadLetters {
            rows[Self.number(letter.notification)].isPending = false
            ledger.buried(Self.number(letter.notification))
        }
    }

    func removePushers(
        _ pushers: [Int64], notifications: [Int64], reason: RemovedPusher.Reason, at: Int64,
        completion: @escaping @Sendable (Result<[RemovedPusher], QueueError>) -> Void
    ) {
        for pusher in pushers {
            removed[Int(pusher) - 1] = true
            rejections.append((gateway(of: Int(pusher) - 1), at))
            ledger.removed()
        }
        for notification in notifications {
            rows[Self.number(notification)].isPending = false
            ledger.dropped(Self.number(notification))
        }
        completion(.success([]))
    }

    private func gateway(of pusher: Int) -> String {
        var first = 0
        for gateway in gateways {
            first += gateway.pushers
            if pusher < first { return gateway.name }
        }
        return ""
    }

    // MARK: What no simulation does

    func append(
        _ transaction: NewTransaction, completion: @escaping @Sendable (Result<AppendReceipt, QueueError>) -> Void
    ) { unused() }

    func deleteBadge(of pusher: Int64, upTo time: Int64) { unused() }

    func setPusher(
        _ fields: PusherFields, append: Bool, at: Int64,
        completion: @escaping @Sendable (Result<PusherSet, QueueError>) -> Void
    ) { unused() }

    func restorePusher(
        sequence: Int64, at: Int64, completion: @escaping @Sendable (Result<PusherRow, QueueError>) -> Void
    ) { unused() }

    func setRuleset(
        of userID: String, to content: [UInt8], completion: @escaping @Sendable (Result<Void, QueueError>) -> Void
    ) { unused() }

    func deleteRuleset(of userID: String, completion: @escaping @Sendable (Result<Void, QueueError>) -> Void) {
        unused()
    }

    func deleteUser(
        _ userID: String, notifications: [Int64], at: Int64,
        completion: @escaping @Sendable (Result<[RemovedPusher], QueueError>) -> Void
    ) { unused() }

    func reviveDeadLetters(
        _ ids: [Int64], at: Int64, flags: Int32,
        completion: @escaping @Sendable (Result<[PendingNotification], QueueError>) -> Void
    ) { unused() }

    func deleteDeadLetters(_ ids: [Int64], completion: @escaping @Sendable (Result<Int, QueueError>) -> Void) {
        unused()
    }

    func purge(
        _ retention: QueueRetention, now: Int64,
        completion: @escaping @Sendable (Result<PurgeReport, QueueError>) -> Void
    ) { unused() }

    func flush(completion: @escaping @Sendable (Result<Void, QueueError>) -> Void) { unused() }

    func makeReader() throws(QueueError) -> sending any NotificationQueueReader { unused() }

    func close() -> Int { unused() }

    private func unused(_ function: String = #function) -> Never { fatalError("\(function) is not simulated") }
}
