internal import PushGateway
internal import PushJSON
internal import PushQueue
internal import PushRules
internal import Synchronization

/// Takes transactions in: checks, evaluates push rules, and queues in one commit what is to be sent.
///
/// Events come first, in a commit of their own where the transaction also has receipts, redactions or answered calls:
/// those are worked out from what is in memory once the events are. Only the last commit remembers the transaction's id;
/// after a crash between the two the homeserver sends it again, and its events are recognised.
final class Ingestor: Sendable {
    private let dispatcher: Dispatcher
    private let rulesets: RulesetStore
    private let reading: ReadingState
    private let receipts: ReceiptProcessor
    private let recent: Mutex<RecentDeliveries>
    private let room: QueueRoom
    private let hasher: DeliveryKeyHasher

    init(
        dispatcher: Dispatcher, rulesets: RulesetStore, reading: ReadingState, receipts: ReceiptProcessor,
        recent: RecentDeliveries, room: QueueRoom, hasher: DeliveryKeyHasher
    ) {
        self.dispatcher = dispatcher
        self.rulesets = rulesets
        self.reading = reading
        self.receipts = receipts
        self.recent = Mutex(recent)
        self.room = room
        self.hasher = hasher
    }

    func submit(transactionID: String, body: [UInt8]) async throws(PusherError) -> [UInt8] {
        guard (1...IngestLimits.transactionID).contains(transactionID.utf8.count), !transactionID.utf8.contains(0)
        else {
            throw PusherError(
                .invalidParam,
                "the transaction ID must have 1 to \(IngestLimits.transactionID) bytes, none of them zero")
        }
        let request = try TransactionRequest(body)
        let drafts: EventDrafts
        if rulesets.areCompiled(of: request.items.recipients) {
            drafts = try self.drafts(of: request)
        } else {
            // The caller's executor, perhaps an event loop, is not kept waiting for what has to be read and compiled.
            drafts = try await withTaskExecutorPreference(globalConcurrentExecutor) { () throws(PusherError) in
                try self.drafts(of: request)
            }
        }
        let readingRequest = ReadingRequest(request)
        guard !readingRequest.isEmpty else {
            return try await store(consume drafts, request, transactionID: transactionID)
        }
        var answer = TransactionAnswer(accepted: 0, notifications: 0, rejected: request.rejected).json()
        if !request.items.list.isEmpty {
            // The events' own commit has an id that no homeserver can choose.
            answer = try await store(consume drafts, request, transactionID: transactionID + "\u{0}events")
        }
        return try await receipts.store(readingRequest, transactionID: transactionID, answer: answer)
    }

    /// Forgets what was queued before the window of a day.
    func forget(before time: Int64) {
        recent.withLock { $0.forget(before: time) }
    }

    // MARK: Evaluation

    private func drafts(of request: TransactionRequest) throws(PusherError) -> EventDrafts {
        let items = request.items
        var drafts = EventDrafts(items)
        var evaluation = RecipientEvaluation(items, rulesets: rulesets)
        for place in items.list.indices {
            evaluation.turn(to: place)
            let first = drafts.readers.count
            for index in items.list[place].recipients {
                let recipient = items.recipients[index]
                // A user's own events never notify, whatever the rules or the homeserver's actions say.
                guard !recipient.ignoresSender, !items.list[place].isSent(by: recipient),
                    let result = try evaluation.evaluate(recipient)
                else { continue }
                let key = key(items.list[place].eventID, recipient)
                drafts.readers.append(EventDrafts.Reader(recipient: index, result: result, key: key))
            }
            drafts.events.append(first..<drafts.readers.count)
        }
        findPushers(of: &drafts)
        return drafts
    }

    private func key(_ eventID: JSONView, _ recipient: IngestItem.Recipient) -> UInt64 {
        hasher.hash(eventID.utf8, after: hasher.hash(recipient.userID.utf8))
    }

    private func findPushers(of drafts: inout EventDrafts) {
        drafts.pushers.reserveCapacity(drafts.readers.count)
        var position = 0
        while position < drafts.events.count {
            dispatcher.state.withLock { state in
                // Not all at once: others wait for the lock.
                var looked = 0
                while position < drafts.events.count, looked < 1024 {
                    let readers = drafts.events[position]
                    for index in readers {
                        let recipient = drafts.readers[index].recipient
                        let user = drafts.items.recipients[recipient].userHash
                        let first = drafts.pushers.count
                        state.scheduler.forEachPusher(ofUser: user) { slot in
                            let pusher = state.scheduler.pushers[Int(slot)]
                            if !pusher.flags.contains(.disabled) { drafts.pushers.append(pusher.id) }
                        }
                        drafts.readers[index].pushers = first..<drafts.pushers.count
                    }
                    looked += readers.count
                    position += 1
                }
            }
        }
    }

    // MARK: Storing

    private func store(
        _ drafts: consuming EventDrafts, _ request: TransactionRequest, transactionID: String
    ) async throws(PusherError) -> [UInt8] {
        while true {
            if let keys = choose(from: &drafts) {
                return try await store(drafts, request, transactionID: transactionID, keys: keys)
            }
            // Another transaction with the same events is on its way to the disk: what it queues decides ours.
            try await flush()
        }
    }

    /// Marks the readers that were not notified of the event before, and claims them.
    /// - Returns: their keys; nil where a claim of another transaction has to be waited for.
    private func choose(from drafts: inout EventDrafts) -> [UInt64]? {
        var keys: [UInt64] = []
        keys.reserveCapacity(drafts.readers.count)
        return recent.withLock { recent -> [UInt64]? in
            let claimant = recent.makeClaimant()
            for index in drafts.readers.indices {
                let key = drafts.readers[index].key
                switch recent.claim(key, by: claimant) {
                case .new:
                    keys.append(key)
                    drafts.readers[index].isNew = true
                case .known: drafts.readers[index].isNew = false
                case .pending:
                    recent.abandon(keys)
                    return nil
                }
            }
            return keys
        }
    }

    private func store(
        _ drafts: EventDrafts, _ request: TransactionRequest, transactionID: String, keys: [UInt64]
    ) async throws(PusherError) -> [UInt8] {
        let now = UnixClock.now()
        let known = reading.state.withLock { state in
            drafts.items.list.indices.map { state.numbers[drafts.items.list[$0].eventHash] != nil }
        }
        let batch = IngestBatch(drafts, known: known, keys: keys, counts: Self.counts(in: request), at: now)
        let answer = TransactionAnswer(
            accepted: request.items.count, notifications: batch.notificationCount, rejected: request.rejected
        ).json()
        do throws(PusherError) {
            try room.reserve(batch.notificationCount)
        } catch {
            recent.withLock { $0.abandon(keys) }
            throw error
        }
        let transaction = NewTransaction(
            transactionID: transactionID, answer: answer, queuedAt: now, events: batch.events,
            counts: batch.counts.map { UserCounts(userID: $0.userID, unread: $0.unread, missedCalls: $0.missedCalls) },
            deliveryKeys: keys)
        let result: Result<[UInt8], QueueError> = await withCheckedContinuation { continuation in
            dispatcher.queue.append(transaction) { [self] result in
                let answered = result.map { take($0, batch, at: now) ?? answer }
                room.release(batch.notificationCount)
                if case .failure = result { recent.withLock { $0.abandon(keys) } }
                // Last: whoever has the answer finds the room and the keys as it says.
                continuation.resume(returning: answered)
            }
        }
        return try result.forCaller()
    }

    /// Takes over what the queue has stored; in the order of the commits.
    /// - Returns: the answer of the first time, where the transaction was seen before.
    private func take(_ receipt: AppendReceipt, _ batch: IngestBatch, at now: Int64) -> [UInt8]? {
        switch receipt {
        case .alreadySeen(let answer):
            recent.withLock { $0.abandon(batch.keys) }
            return answer
        case .stored(let firstNumbers):
            recent.withLock { $0.confirm(batch.keys, at: now) }
            let counts = countsAfter(batch, firstNumbers)
            if !counts.isEmpty {
                dispatcher.state.withLock { state in
                    // In order: the last ones of a user hold.
                    for (user, counts) in counts { state.scheduler.setCounts(ofUser: user, counts) }
                }
            }
            var live: [(event: LiveEvent, firstNumber: Int64)] = []
            live.reserveCapacity(batch.live.count)
            for (event, number) in zip(batch.live, firstNumbers) {
                if let event { live.append((event, number)) }
            }
            if !live.isEmpty { dispatcher.enqueue(live) }
            return nil
        }
    }

    /// Puts what was stored on the boards, and gives the counts that change by it.
    private func countsAfter(
        _ batch: IngestBatch, _ firstNumbers: [Int64]
    ) -> [(user: Int, counts: UnreadBoard.Counts)] {
        var forgotten: [Int64] = []
        let counts = reading.state.withLock { state in
            var counts: [(user: Int, counts: UnreadBoard.Counts)] = []
            counts.reserveCapacity(batch.events.readers.count + batch.counts.count)
            for index in batch.stored.indices {
                let oldest = state.add(batch.stored[index], number: firstNumbers[index]) { counts.append(($0, $1)) }
                if !oldest.isEmpty { forgotten += oldest }
            }
            for update in batch.counts {
                let given = UnreadBoard.Counts(unread: update.unread, missedCalls: update.missedCalls)
                state.given[update.userHash] = given
                counts.append((update.userHash, given))
            }
            return counts.count > Self.fewCounts ? Self.last(of: counts) : counts
        }
        if !forgotten.isEmpty { dispatcher.queue.markRead(forgotten) }
        return counts
    }

    /// So many are set one after the other, even where several are of one user.
    private static let fewCounts = 64

    /// Of each user the last ones alone, so that others do not wait for the scheduler longer than needed.
    private static func last(
        of counts: [(user: Int, counts: UnreadBoard.Counts)]
    ) -> [(user: Int, counts: UnreadBoard.Counts)] {
        Dictionary(counts.lazy.map { ($0.user, $0.counts) }, uniquingKeysWith: { $1 }).map { ($0.key, $0.value) }
    }

    /// The counts that the homeserver sent with its events.
    private static func counts(in request: TransactionRequest) -> [IngestBatch.CountsUpdate] {
        var updates: [IngestBatch.CountsUpdate] = []
        let recipients = request.items.recipients
        for index in recipients.indices {
            guard let counts = recipients[index].counts else { continue }
            updates.append(
                IngestBatch.CountsUpdate(
                    userID: recipients[index].userID.string ?? "", userHash: recipients[index].userHash,
                    unread: Int(counts.unread), missedCalls: Int(counts.missedCalls)))
        }
        return updates
    }

    private func flush() async throws(PusherError) {
        let queue = dispatcher.queue
        let result = await withCheckedContinuation { continuation in
            queue.flush { continuation.resume(returning: $0) }
        }
        try result.forCaller()
    }
}
