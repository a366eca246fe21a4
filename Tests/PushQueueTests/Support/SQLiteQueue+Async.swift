import Testing

@testable internal import PushQueue

/// The writes with a completion, to be awaited.
extension NotificationQueue {
    @discardableResult
    func append(_ transaction: NewTransaction) async throws -> AppendReceipt {
        try await withCheckedContinuation { done in append(transaction) { done.resume(returning: $0) } }.get()
    }

    /// Appends and returns the ids of all the notifications.
    @discardableResult
    func store(_ transaction: NewTransaction) async throws -> [Int64] {
        guard case .stored(let numbers) = try await append(transaction) else { return [] }
        return zip(numbers, transaction.events.list).flatMap { number, event in
            (0..<event.notifications.count).map { NotificationID.make(firstEventNumber: number, index: $0) }
        }
    }

    @discardableResult
    func setPusher(_ fields: PusherFields, append: Bool = true, at: Int64 = 1_000) async throws -> PusherSet {
        try await withCheckedContinuation { done in
            setPusher(fields, append: append, at: at) { done.resume(returning: $0) }
        }.get()
    }

    @discardableResult
    func removePushers(
        _ pushers: [Int64], notifications: [Int64] = [], reason: RemovedPusher.Reason = .rejected, at: Int64 = 2_000
    ) async throws -> [RemovedPusher] {
        try await withCheckedContinuation { done in
            removePushers(pushers, notifications: notifications, reason: reason, at: at) { done.resume(returning: $0) }
        }.get()
    }

    @discardableResult
    func restorePusher(_ sequence: Int64, at: Int64 = 3_000) async throws -> PusherRow {
        try await withCheckedContinuation { done in
            restorePusher(sequence: sequence, at: at) { done.resume(returning: $0) }
        }.get()
    }

    func setRuleset(of user: String, to content: [UInt8]) async throws {
        try await withCheckedContinuation { done in setRuleset(of: user, to: content) { done.resume(returning: $0) } }
            .get()
    }

    func deleteRuleset(of user: String) async throws {
        try await withCheckedContinuation { done in deleteRuleset(of: user) { done.resume(returning: $0) } }.get()
    }

    @discardableResult
    func deleteUser(_ user: String, notifications: [Int64] = [], at: Int64 = 4_000) async throws -> [RemovedPusher] {
        try await withCheckedContinuation { done in
            deleteUser(user, notifications: notifications, at: at) { done.resume(returning: $0) }
        }.get()
    }

    @discardableResult
    func revive(_ ids: [Int64], at: Int64 = 9_000, flags: Int32 = 0) async throws -> [PendingNotification] {
        try await withCheckedContinuation { done in
            reviveDeadLetters(ids, at: at, flags: flags) { done.resume(returning: $0) }
        }.get()
    }

    @discardableResult
    func deleteDeadLetters(_ ids: [Int64]) async throws -> Int {
        try await withCheckedContinuation { done in deleteDeadLetters(ids) { done.resume(returning: $0) } }.get()
    }

    func purge(_ retention: QueueRetention, now: Int64) async throws -> PurgeReport {
        try await withCheckedContinuation { done in purge(retention, now: now) { done.resume(returning: $0) } }.get()
    }

    /// Deletes the events, whatever their age, that nothing refers to any more; history counts as read.
    func purgeEvents() async throws {
        let never = Duration.seconds(1_000_000_000)
        let retention = QueueRetention(deadLetters: never, removedPushers: never, transactions: never, history: .zero)
        while try await purge(retention, now: 1_000_000_000_000).more {}
    }

    func flush() async throws {
        try await withCheckedContinuation { done in flush { done.resume(returning: $0) } }.get()
    }
}

extension NotificationQueueReader {
    func allNotifications() throws -> [PendingNotification] {
        var scanned: [PendingNotification] = []
        try scanNotifications { scanned.append($0) }
        var numbers: [Int64] = []
        for number in scanned.map({ NotificationID.eventNumber(of: $0.id) }) where numbers.last != number {
            numbers.append(number)
        }
        let all = try numbers.flatMap { try notifications(ofEvent: $0) }
        #expect(all.map { PendingNotification(scanned: $0) } == scanned)
        return all
    }

    func allEvents() throws -> [(number: Int64, eventID: String)] {
        var all: [(number: Int64, eventID: String)] = []
        try scanEvents(newest: .max) { all.append(($0, $1)) }
        return all
    }

    func allExpiries() throws -> [Int64: Int64] {
        var all: [Int64: Int64] = [:]
        try scanExpiries { all[$0] = $1 }
        return all
    }

    func allPushers() throws -> [PusherRow] {
        var scanned: [PusherRow] = []
        try scanPushers { scanned.append($0) }
        let all = try pushers(matching: PusherQuery(), after: 0, limit: .max)
        #expect(all.map { PusherRow(scanned: $0) } == scanned)
        return all
    }

    func allCounts() throws -> [String: UserCounts] {
        var all: [String: UserCounts] = [:]
        try scanCounts { all[$0.userID] = $0 }
        return all
    }
}

extension SQLiteQueue {
    static func open(_ folder: TestFolder, options: QueueStore.Options = .init()) throws -> SQLiteQueue {
        try SQLiteQueue(path: folder.database, observer: QueueObserver(), options: options)
    }
}

extension PusherRow {
    /// As a scan gives it.
    fileprivate init(scanned row: PusherRow) {
        self.init(
            id: row.id,
            fields: PusherFields(
                userID: row.fields.userID, appID: "", pushkey: "", appDisplayName: "", deviceDisplayName: "", lang: "",
                enabled: row.fields.enabled, url: "", gateway: row.fields.gateway, data: row.fields.data),
            pushkeyTimestamp: 0, createdAt: 0,
            health: PusherHealth(
                failingSince: row.health.failingSince, attempts: row.health.attempts,
                nextAttemptAt: row.health.nextAttemptAt))
    }
}

extension PendingNotification {
    /// As a scan gives it.
    fileprivate init(scanned notification: PendingNotification) {
        self = notification
        notBefore = nil
        attempts = 0
    }
}
