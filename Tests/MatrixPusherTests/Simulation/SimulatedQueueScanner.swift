import PushQueue

/// Reads all that a ``SimulatedQueue`` stored; a restart has nothing else to go by.
final class SimulatedQueueScanner: QueueScanner {
    private let queue: SimulatedQueue

    init(_ queue: SimulatedQueue) {
        self.queue = queue
    }

    func scanLanes(_ body: (LaneRecord) -> Void) throws(QueueError) {
        for lane in queue.lanes.values { body(lane) }
    }

    func scanPushers(_ body: (PusherRow) -> Void) throws(QueueError) {
        var index = 0
        for gateway in queue.gateways {
            for _ in 0..<gateway.pushers {
                defer { index += 1 }
                guard !queue.removed[index] else { continue }
                let fields = PusherFields(
                    userID: "@\(index):hs", appID: "app", pushkey: "key", appDisplayName: "", deviceDisplayName: "",
                    lang: "en", url: "", gateway: gateway.name, data: [])
                body(
                    PusherRow(
                        id: Int64(index + 1), fields: fields, pushkeyTimestamp: 0, createdAt: 0,
                        health: queue.health[index]))
            }
        }
    }

    func scanNotifications(_ body: (PendingNotification) -> Void) throws(QueueError) {
        for number in queue.rows.indices where queue.rows[number].isPending {
            let row = queue.rows[number]
            body(
                PendingNotification(
                    id: SimulatedQueue.id(number), pusher: Int64(row.pusher) + 1, queuedAt: row.queuedAt,
                    notBefore: nil, attempts: Int(row.attempts), refusals: Int(row.refusals), flags: 0))
        }
    }

    func scanRejections(since time: Int64, _ body: (String, Int64) -> Void) throws(QueueError) {
        for rejection in queue.rejections where rejection.at >= time { body(rejection.gateway, rejection.at) }
    }

    // MARK: What the simulation never stores

    func scanEvents(newest count: Int, _ body: (Int64, String) -> Void) throws(QueueError) {}
    func scanExpiries(_ body: (Int64, Int64) -> Void) throws(QueueError) {}
    func scanCounts(_ body: (UserCounts) -> Void) throws(QueueError) {}
    func scanTransactions(newestKeys count: Int, _ body: (Int64, [UInt64]) -> Void) throws(QueueError) {}
    func firstEventNumber() throws(QueueError) -> Int64? { nil }
    func scanSnapshot(_ body: ([UInt8]) -> Void) throws(QueueError) {}
    func scanUnread(_ body: (HistoryEntry) -> Void) throws(QueueError) {}
    func scanBadges(_ body: (Int64, Int64) -> Void) throws(QueueError) {}
    func scanRulesetUsers(_ body: (String) -> Void) throws(QueueError) {}
}
