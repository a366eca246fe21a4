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
        let drafts: [EventDraft]
        if rulesets.areCompiled(of: request.items) {
            drafts = try self.drafts(of: request)
        } else {
            // The caller's executor, perhaps an event loop, is not kept waiting for what has to be read and compiled.
            drafts = try await withTaskExecutorPreference(globalConcurrentExecutor) { () throws(PusherError) in
                try self.drafts(of: request)
            }
        }
        let readingRequest = ReadingRequest(request)
        guard !readingRequest.isEmpty else { return try await store(drafts, request, transactionID: transactionID) }
        var answer = TransactionAnswer(accepted: 0, notifications: 0, rejected: request.rejected).json()
        if !request.items.isEmpty {
            // The events' own commit has an id that no homeserver can choose.
            answer = try await store(drafts, request, transactionID: transactionID + "\u{0}events")
        }
        return try await receipts.store(readingRequest, transactionID: transactionID, answer: answer)
    }

    /// Forgets what was queued before the window of a day.
    func forget(before time: Int64) {
        recent.withLock { $0.forget(before: time) }
    }

    // MARK: Evaluation

    private func drafts(of request: TransactionRequest) throws(PusherError) -> [EventDraft] {
        var drafts: [EventDraft] = []
        drafts.reserveCapacity(request.items.count)
        for item in request.items {
            var draft = EventDraft(item: item)
            let evaluation = try RecipientEvaluation(item, rulesets: rulesets)
            for (index, recipient) in item.recipients.enumerated() {
                guard !recipient.ignoresSender, !item.isSent(by: recipient) else { continue }
                // A user's own events never notify, whatever the rules or the homeserver's actions say.
                guard let result = try evaluation.evaluate(recipient) else { continue }
                draft.readers.append(
                    EventDraft.Reader(recipient: index, result: result, pushers: [], key: key(item, recipient)))
            }
            findPushers(of: &draft)
            drafts.append(draft)
        }
        return drafts
    }

    private func key(_ item: IngestItem, _ recipient: IngestItem.Recipient) -> UInt64 {
        let user = recipient.userID.withStringBytes { hasher.hash($0) } ?? 0
        return item.eventID.withStringBytes { hasher.hash($0, after: user) } ?? 0
    }

    private func findPushers(of draft: inout EventDraft) {
        guard !draft.readers.isEmpty else { return }
        let recipients = draft.item.recipients
        dispatcher.state.withLock { state in
            for index in draft.readers.indices {
                let user = recipients[draft.readers[index].recipient].userHash
                state.scheduler.forEachPusher(ofUser: user) { slot in
                    let pusher = state.scheduler.pushers[Int(slot)]
                    if !pusher.flags.contains(.disabled) { draft.readers[index].pushers.append(pusher.id) }
                }
            }
        }
    }

    // MARK: Storing

    /// What of the drafts is new, in parts that are stored under one number each.
    private struct Batch: Sendable {
        /// What is to be sent of each of `events`; nil where nobody is notified.
        var live: [LiveEvent?] = []
        var stored: [StoredHistory] = []
        var events: [NewEvent] = []
        var notifications = 0
        var keys: [UInt64] = []
        var counts: [CountsUpdate] = []

        mutating func add(placeOf draft: EventDraft) {
            live.append(nil)
            stored.append(draft.stored([]))
            events.append(draft.place())
        }
    }

    struct CountsUpdate: Sendable {
        var userID: String
        var userHash: Int
        var unread: Int
        var missedCalls: Int
    }

    private func store(
        _ drafts: [EventDraft], _ request: TransactionRequest, transactionID: String
    ) async throws(PusherError) -> [UInt8] {
        while true {
            var keys: [UInt64] = []
            if let chosen = choose(from: drafts, claiming: &keys) {
                return try await store(drafts, chosen, request, transactionID: transactionID, keys: keys)
            }
            // Another transaction with the same events is on its way to the disk: what it queues decides ours.
            try await flush()
        }
    }

    /// Leaves out what was queued before and claims the rest.
    /// - Returns: the readers to notify per draft; nil where a claim of another transaction has to be waited for.
    private func choose(from drafts: [EventDraft], claiming keys: inout [UInt64]) -> [[Int]]? {
        recent.withLock { recent -> [[Int]]? in
            var chosen: [[Int]] = []
            chosen.reserveCapacity(drafts.count)
            var own: Set<UInt64> = []
            for draft in drafts {
                var indices: [Int] = []
                for (index, reader) in draft.readers.enumerated() {
                    switch recent.claim(of: reader.key) {
                    case .pending: return nil
                    case .known: continue
                    case .new:
                        guard own.insert(reader.key).inserted else { continue }
                        keys.append(reader.key)
                        indices.append(index)
                    }
                }
                chosen.append(indices)
            }
            recent.begin(keys)
            return chosen
        }
    }

    private func store(
        _ drafts: [EventDraft], _ chosen: [[Int]], _ request: TransactionRequest, transactionID: String, keys: [UInt64]
    ) async throws(PusherError) -> [UInt8] {
        let now = UnixClock.now()
        var batch = batch(of: drafts, chosen, at: now)
        batch.keys = keys
        batch.counts = Self.counts(in: request)
        let answer = TransactionAnswer(
            accepted: request.items.count, notifications: batch.notifications, rejected: request.rejected
        ).json()
        do throws(PusherError) {
            try room.reserve(batch.notifications)
        } catch {
            recent.withLock { $0.abandon(keys) }
            throw error
        }
        let transaction = NewTransaction(
            transactionID: transactionID, answer: answer, queuedAt: now, events: batch.events,
            counts: batch.counts.map { UserCounts(userID: $0.userID, unread: $0.unread, missedCalls: $0.missedCalls) },
            deliveryKeys: keys)
        let stored = batch
        let result: Result<[UInt8], QueueError> = await withCheckedContinuation { continuation in
            dispatcher.queue.append(transaction) { [self] result in
                let answered = result.map { take($0, stored, at: now) ?? answer }
                room.release(stored.notifications)
                if case .failure = result { recent.withLock { $0.abandon(keys) } }
                // Last: whoever has the answer finds the room and the keys as it says.
                continuation.resume(returning: answered)
            }
        }
        return try result.forCaller()
    }

    private func batch(of drafts: [EventDraft], _ chosen: [[Int]], at now: Int64) -> Batch {
        var batch = Batch()
        let known = reading.state.withLock { state in drafts.map { state.numbers[$0.item.eventHash] != nil } }
        for (index, (draft, readers)) in zip(drafts, chosen).enumerated() {
            guard !readers.isEmpty,
                let fragment = EventFragment(event: draft.item.event, room: draft.item.room)
            else {
                if !known[index] { batch.add(placeOf: draft) }
                continue
            }
            for part in draft.parts(readers) {
                let live = draft.liveEvent(part, fragment: fragment, at: now)
                batch.notifications += live.notifications.count
                batch.live.append(live)
                batch.stored.append(draft.stored(part))
                batch.events.append(draft.newEvent(part, live))
            }
        }
        return batch
    }

    /// Takes over what the queue has stored; on the writer's thread, in commit order.
    /// - Returns: the answer of the first time, where the transaction was seen before.
    private func take(_ receipt: AppendReceipt, _ batch: Batch, at now: Int64) -> [UInt8]? {
        switch receipt {
        case .alreadySeen(let answer):
            recent.withLock { $0.abandon(batch.keys) }
            return answer
        case .stored(let firstNumbers):
            recent.withLock { $0.confirm(batch.keys, at: now) }
            let counts = countsAfter(batch, firstNumbers)
            if !counts.isEmpty {
                dispatcher.state.withLock { state in
                    for (user, counts) in counts { state.scheduler.setCounts(ofUser: user, counts) }
                }
            }
            var live: [(event: LiveEvent, firstNumber: Int64)] = []
            for (event, number) in zip(batch.live, firstNumbers) {
                if let event, !event.notifications.isEmpty { live.append((event, number)) }
            }
            if !live.isEmpty { dispatcher.enqueue(live) }
            return nil
        }
    }

    /// Puts what was stored on the boards, and gives the counts that change by it.
    private func countsAfter(_ batch: Batch, _ firstNumbers: [Int64]) -> [Int: UnreadBoard.Counts] {
        var forgotten: [Int64] = []
        let counts = reading.state.withLock { state in
            var counts: [Int: UnreadBoard.Counts] = [:]
            for (history, number) in zip(batch.stored, firstNumbers) {
                forgotten += state.add(history, number: number)
                for user in history.readers {
                    if let kept = state.keptCounts(of: user) { counts[user] = kept }
                }
            }
            for update in batch.counts {
                let given = UnreadBoard.Counts(unread: update.unread, missedCalls: update.missedCalls)
                state.given[update.userHash] = given
                counts[update.userHash] = given
            }
            return counts
        }
        if !forgotten.isEmpty { dispatcher.queue.markRead(forgotten) }
        return counts
    }

    /// The counts that the homeserver sent with its events.
    private static func counts(in request: TransactionRequest) -> [CountsUpdate] {
        var updates: [CountsUpdate] = []
        for item in request.items {
            for recipient in item.recipients {
                guard let counts = recipient.counts, let userID = recipient.userID.string else { continue }
                updates.append(
                    CountsUpdate(
                        userID: userID, userHash: recipient.userHash, unread: Int(counts.unread),
                        missedCalls: Int(counts.missedCalls)))
            }
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
