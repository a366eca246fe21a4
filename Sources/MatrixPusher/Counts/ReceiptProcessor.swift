internal import PushQueue
internal import Synchronization

/// Works out what receipts, redactions and answered calls come to, stores it in one commit, and applies it.
final class ReceiptProcessor: Sendable {
    private let dispatcher: Dispatcher
    private let reading: ReadingState
    private let reader: Mutex<any NotificationQueueReader>

    init(dispatcher: Dispatcher, reading: ReadingState, reader: sending any NotificationQueueReader) {
        self.dispatcher = dispatcher
        self.reading = reading
        self.reader = Mutex(reader)
    }

    /// Stores and applies; the transaction is remembered with its answer.
    func store(
        _ request: ReadingRequest, transactionID: String, answer: [UInt8]
    ) async throws(PusherError) -> [UInt8] {
        let now = UnixClock.now()
        let (plan, effects) = try plan(request)
        let transaction = NewTransaction(
            transactionID: transactionID, answer: answer, queuedAt: now,
            counts: request.receipts.compactMap { receipt in
                receipt.counts.map {
                    UserCounts(userID: receipt.userID, unread: Int($0.unread), missedCalls: Int($0.missedCalls))
                }
            },
            effects: effects)
        let result: Result<[UInt8], QueueError> = await withCheckedContinuation { continuation in
            dispatcher.queue.append(transaction) { [self] result in
                continuation.resume(
                    returning: result.map { receipt in
                        if case .alreadySeen(let answer) = receipt { return answer }
                        apply(plan, at: now)
                        return answer
                    })
            }
        }
        return try result.forCaller()
    }

    // MARK: Planning

    private func plan(_ request: ReadingRequest) throws(PusherError) -> (ReadingPlan, ReadingEffects) {
        var plan = ReadingPlan()
        let redacted = reading.state.withLock { state in
            plan.collect(request, from: state)
            return request.redactions.compactMap { state.numbers[$0] }
        }
        var cancelled: [Int64: Set<Int64>] = [:]
        for numbers in redacted { try collectRedacted(numbers.all, into: &plan, &cancelled) }
        let users = reading.state.withLock { plan.usersWithNews(in: $0) }
        let pushers = dispatcher.state.withLock { state in
            plan.collectCancelled(byPusher: cancelled, from: state.scheduler)
            if dispatcher.configuration.push.badgeUpdates { plan.collectBadges(of: users, from: state.scheduler) }
            return Dictionary(uniqueKeysWithValues: plan.badges.map { ($0, state.scheduler.pushers[Int($0)].id) })
        }
        return (plan, plan.effects(pushers: pushers))
    }

    /// Adds what is stored of redacted events: history rows by user, notifications by pusher.
    private func collectRedacted(
        _ numbers: [Int64], into plan: inout ReadingPlan, _ cancelled: inout [Int64: Set<Int64>]
    ) throws(PusherError) {
        let (entries, notifications) = try reader.withLock { reader throws(PusherError) in
            do throws(QueueError) {
                var entries: [(user: Int, id: Int64)] = []
                var notifications: [PendingNotification] = []
                for number in numbers {
                    entries += try reader.historyReaders(ofEvent: number).map { (TextHash.of($0.userID), $0.id) }
                    notifications += try reader.notifications(ofEvent: number)
                }
                return (entries, notifications)
            } catch {
                throw PusherError(error)
            }
        }
        plan.redactedEvents += numbers
        for entry in entries { plan.retracted[entry.user, default: []].insert(entry.id) }
        for notification in notifications {
            cancelled[notification.pusher, default: []].insert(notification.id)
            plan.redacted.insert(notification.id)
        }
    }

    // MARK: Applying

    /// Takes over what the queue has stored; in the order of the commits.
    private func apply(_ plan: ReadingPlan, at now: Int64) {
        let counts = reading.state.withLock { state -> [Int: UnreadBoard.Counts] in
            for (user, ids) in plan.read { state.board.remove(ids, of: user) }
            for (user, ids) in plan.retracted { state.board.remove(ids, of: user) }
            for (user, ids) in plan.answered { state.board.answer(ids, of: user) }
            for (user, counts) in plan.given { state.given[user] = counts }
            var counts = plan.given
            for user in plan.boardUsers {
                if let kept = state.keptCounts(of: user) { counts[user] = kept }
            }
            return counts
        }
        var late: [FinishedNotification] = []
        var refused: [Int64] = []
        dispatcher.state.withLock { state in
            for (user, counts) in counts { state.scheduler.setCounts(ofUser: user, counts) }
            for (slot, ids) in plan.cancelled {
                let redacted = ids.intersection(plan.redacted)
                var cancelled = state.cancel(redacted, of: slot, because: .redacted, now: now)
                cancelled += state.cancel(ids.subtracting(redacted), of: slot, because: .read, now: now)
                // What was in flight when the plan was made, and has failed since, still has its row.
                for id in cancelled where plan.inFlight.contains(id) {
                    late.append(FinishedNotification(id: id, hadFailures: true))
                }
            }
            for slot in plan.badges where !state.scheduler.setBadge(slot, at: now, now: now) {
                refused.append(state.scheduler.pushers[Int(slot)].id)
            }
        }
        if !late.isEmpty { dispatcher.queue.finish(late) }
        for pusher in refused { dispatcher.queue.deleteBadge(of: pusher, upTo: .max) }
        dispatcher.wake()
    }
}

extension ReadingPlan {
    /// Adds the notifications that are still queued for what was read or redacted.
    mutating func collectCancelled(byPusher redacted: [Int64: Set<Int64>], from scheduler: borrowing Scheduler) {
        for (pusher, ids) in redacted {
            guard let slot = scheduler.slot(ofPusher: pusher) else { continue }
            collect(ids, of: slot, from: scheduler)
        }
        for (user, ids) in read where !ids.isEmpty {
            // A user's notifications of an event have the number that the user's history row has.
            let numbers = Set(ids.lazy.map { NotificationID.eventNumber(of: $0) })
            var slots: [Int32] = []
            scheduler.forEachPusher(ofUser: user) { slots.append($0) }
            for slot in slots {
                let found = scheduler.pending(of: slot).filter { numbers.contains(NotificationID.eventNumber(of: $0)) }
                collect(Set(found), of: slot, from: scheduler)
            }
        }
    }

    private mutating func collect(_ ids: Set<Int64>, of slot: Int32, from scheduler: borrowing Scheduler) {
        guard !ids.isEmpty else { return }
        cancelled[slot, default: []].formUnion(ids)
        if let head = scheduler.inFlightNotification(of: slot) { inFlight.insert(head) }
    }

    /// Adds the pushers of users that are to be told of their counts.
    mutating func collectBadges(of users: [Int], from scheduler: borrowing Scheduler) {
        for user in users {
            var slots: [Int32] = []
            scheduler.forEachPusher(ofUser: user) { slots.append($0) }
            for slot in slots where scheduler.showsBadge(slot) { badges.append(slot) }
        }
    }
}
