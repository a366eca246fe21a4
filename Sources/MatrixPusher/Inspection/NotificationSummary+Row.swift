internal import PushQueue

extension NotificationSummary {
    /// A pending notification whose state is told by its pusher's next attempt.
    init(_ row: PushQueue.NotificationSummary, now: Int64) {
        let isWaiting = (row.nextAttemptAt ?? 0) > now
        self.init(
            id: row.notification.id, kind: .event, state: isWaiting ? .waiting : .due, userID: row.userID,
            appID: row.appID, pushkey: row.pushkey, gateway: row.gateway, eventID: row.eventID, roomID: row.roomID,
            isHighPriority: NotificationFlags(rawValue: row.notification.flags).contains(.highPriority),
            queuedAt: row.notification.queuedAt, attempts: row.notification.attempts,
            nextAttemptAt: isWaiting ? row.nextAttemptAt : nil, lastError: row.lastError)
    }

    /// The counts-only push of a pusher.
    init(badgeOf pusher: PusherRow, queuedAt: Int64, now: Int64) {
        let nextAttemptAt = pusher.health.nextAttemptAt.flatMap { $0 > now ? $0 : nil }
        self.init(
            id: -pusher.id, kind: .counts, state: nextAttemptAt == nil ? .due : .waiting, userID: pusher.fields.userID,
            appID: pusher.fields.appID, pushkey: pusher.fields.pushkey, gateway: pusher.fields.gateway, eventID: nil,
            roomID: nil, isHighPriority: false, queuedAt: queuedAt, attempts: pusher.health.attempts,
            nextAttemptAt: nextAttemptAt, lastError: pusher.health.lastError)
    }

    init(_ row: DeadLetterSummary) {
        self.init(
            id: row.notification.id, kind: .event, state: .dead, userID: row.userID, appID: row.appID,
            pushkey: row.pushkey, gateway: row.gateway, eventID: row.eventID, roomID: row.roomID,
            isHighPriority: NotificationFlags(rawValue: row.notification.flags).contains(.highPriority),
            queuedAt: row.notification.queuedAt, attempts: row.notification.attempts, nextAttemptAt: nil,
            lastError: row.lastError,
            death: Death(at: row.deadAt, reason: Death.Reason(row.reason), lastStatus: row.lastStatus))
    }
}

extension DeliveryAttempt {
    init(_ record: AttemptRecord) {
        self.init(
            at: record.at, duration: .milliseconds(record.durationMilliseconds), outcome: record.outcome,
            status: record.status, reason: record.reason, nextAttemptAt: record.nextAttemptAt)
    }
}

extension NotificationSummary.Death.Reason {
    init(_ reason: DeadLetter.Reason) {
        switch reason {
        case .gaveUp: self = .gaveUp
        case .expired: self = .expired
        case .refused: self = .refused
        case .tooLarge: self = .tooLarge
        case .blockedAddress: self = .blockedAddress
        }
    }

    /// The same in the queue's terms.
    var stored: DeadLetter.Reason {
        switch self {
        case .gaveUp: .gaveUp
        case .expired: .expired
        case .refused: .refused
        case .tooLarge: .tooLarge
        case .blockedAddress: .blockedAddress
        }
    }
}
