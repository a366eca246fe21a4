internal import PushQueue
internal import Synchronization

/// A database that no process serves, opened read-only for inspection.
public final class OfflineQueue: PusherInspection {
    private let reader: Mutex<QueueReader>

    /// - Throws: ``PusherError`` with code `unusable` where there is no database, or none of this program's.
    public init(databasePath: String) throws(PusherError) {
        do throws(QueueError) {
            reader = Mutex(try QueueReader.open(path: databasePath))
        } catch {
            throw PusherError.opening(error)
        }
    }

    public func status() async throws(PusherError) -> PusherStatus {
        let now = UnixClock.now()
        return try read { reader throws(QueueError) in
            var status = PusherStatus(isRunning: false, uptime: .zero)
            var waitingPushers: Set<Int64> = []
            var gateways: Set<String> = []
            try reader.scanPushers { row in
                status.pushers.total += 1
                gateways.insert(row.fields.gateway)
                if row.health.failingSince != nil { status.pushers.failing += 1 }
                if (row.health.nextAttemptAt ?? 0) > now { waitingPushers.insert(row.id) }
            }
            var oldest: Int64?
            try reader.scanNotifications { item in
                if waitingPushers.contains(item.pusher) { status.queue.waiting += 1 } else { status.queue.due += 1 }
                oldest = min(oldest ?? item.queuedAt, item.queuedAt)
            }
            status.queue.dead = try reader.totals().dead
            status.queue.oldestDue = .milliseconds(oldest.map { max(0, now - $0) } ?? 0)
            try reader.scanLanes { lane in
                guard gateways.remove(lane.gateway) != nil else { return }
                if lane.isSuspect { status.gateways.suspect += 1 } else { status.gateways.down += 1 }
            }
            status.gateways.up = gateways.count
            status.database.bytes = reader.databaseSize().total
            status.database.schema = try reader.schemaVersion()
            return status
        }
    }

    public func notifications(
        _ filter: NotificationFilter
    ) async throws(PusherError) -> [NotificationSummary] {
        try read { reader throws(QueueError) in
            try QueueListing.notifications(filter, from: reader, now: UnixClock.now()) { _, _ in }
        }
    }

    public func notification(id: Int64) async throws(PusherError) -> NotificationDetail? {
        try read { reader throws(QueueError) in
            try QueueListing.detail(id, from: reader, now: UnixClock.now()) { _, _ in }
        }
    }

    func read<Value: Sendable>(
        _ body: (any NotificationQueueReader) throws(QueueError) -> Value
    ) throws(PusherError) -> Value {
        try reader.withLock { reader throws(PusherError) in
            do throws(QueueError) {
                return try body(reader)
            } catch {
                throw PusherError(error)
            }
        }
    }
}
