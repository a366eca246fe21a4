internal import Logging
internal import PushQueue

/// The notifications that were given up on: to look at, to put back into the queue, to delete.
///
/// All of these throw ``PusherError``: `unavailable` when the queue can not be read or written now, and what they say
/// themselves. One call changes a bounded number and goes on in small commits, so that what comes in and what is delivered
/// meanwhile hardly waits; ``DeadLetterReport/next`` says where the next call goes on.
extension Pusher: DeadLetterInspection {
    public func deadLetters(_ filter: DeadLetterFilter) async throws(PusherError) -> [NotificationSummary] {
        try await listReader.read { reader throws(QueueError) in
            try DeadLetterListing.list(filter, from: reader, now: UnixClock.now())
        }
    }

    public func deadLetter(id: Int64) async throws(PusherError) -> NotificationDetail? {
        try await listReader.read { reader throws(QueueError) in try DeadLetterListing.detail(id, from: reader) }
    }

    /// How many dead letters match, whatever the filter's limit.
    public func countDeadLetters(_ filter: DeadLetterFilter) async throws(PusherError) -> Int {
        let query = DeadLetterListing.query(filter, now: UnixClock.now())
        var count = 0
        var position: Int64? = 0
        while let start = position {
            let page = try await deadLetterIDs(matching: query, after: start)
            count += page.ids.count
            position = page.last
        }
        return count
    }

    /// Puts a dead letter back into its pusher's queue, as if it had come just now: with no attempts, at the end, and its
    /// age counts anew. A call invite is sent whatever its lifetime: who retries it wants that.
    /// - Throws: `notFound` where there is no such dead letter; `invalidParam` where its pusher is gone or disabled;
    ///   `limitExceeded` when the queue is full.
    public func retryDeadLetter(id: Int64) async throws(PusherError) {
        guard try await deadLetter(id: id) != nil else { throw Self.noSuchDeadLetter }
        guard try await revive([id]) == 1 else {
            throw PusherError(
                .invalidParam, "the dead letter can not be put back: its pusher is gone or disabled; it stays as it is")
        }
    }

    /// Puts the dead letters that match back into their pushers' queues. Those whose pusher is gone or disabled stay.
    /// - Throws: `limitExceeded` when the queue is full and none could be put back.
    public func retryDeadLetters(
        _ filter: DeadLetterFilter, after: Int64 = 0
    ) async throws(PusherError) -> DeadLetterReport {
        let report = try await change(filter, after: after) { ids async throws(PusherError) in try await revive(ids) }
        if report.changed > 0 {
            logger.notice("dead letters are queued again", metadata: ["count": "\(report.changed)"])
        }
        return report
    }

    /// Deletes a dead letter.
    /// - Throws: `notFound` where there is no such dead letter.
    public func purgeDeadLetter(id: Int64) async throws(PusherError) {
        guard try await delete([id]) == 1 else { throw Self.noSuchDeadLetter }
    }

    /// Deletes the dead letters that match.
    public func purgeDeadLetters(
        _ filter: DeadLetterFilter, after: Int64 = 0
    ) async throws(PusherError) -> DeadLetterReport {
        let report = try await change(filter, after: after) { ids async throws(PusherError) in try await delete(ids) }
        if report.changed > 0 { logger.notice("dead letters deleted", metadata: ["count": "\(report.changed)"]) }
        return report
    }

    // MARK: Pieces

    private static let noSuchDeadLetter = PusherError(.notFound, "there is no dead letter with this id")

    /// Dead letters in one commit at most.
    private static let batch = 250

    private func deadLetterIDs(
        matching query: PushQueue.NotificationFilter, after id: Int64
    ) async throws(PusherError) -> (ids: [Int64], last: Int64?) {
        try await listReader.read { reader throws(QueueError) in
            try reader.deadLetterIDs(matching: query, after: id, lookingAt: DeadLetterListing.page)
        }
    }

    private func change(
        _ filter: DeadLetterFilter, after: Int64, _ apply: ([Int64]) async throws(PusherError) -> Int
    ) async throws(PusherError) -> DeadLetterReport {
        let query = DeadLetterListing.query(filter, now: UnixClock.now())
        let limit = min(max(filter.limit, 0), DeadLetterListing.maximum)
        var report = DeadLetterReport()
        report.next = after
        var size = Self.batch
        while let start = report.next, report.matched < limit {
            let page = try await deadLetterIDs(matching: query, after: start)
            var rest = page.ids.prefix(limit - report.matched)
            let isCut = rest.count < page.ids.count
            while !rest.isEmpty {
                let batch = Array(rest.prefix(size))
                do throws(PusherError) {
                    report.changed += try await apply(batch)
                } catch {
                    if error.code == .limitExceeded, batch.count > 1 {
                        // There may be room for fewer.
                        size = batch.count / 2
                        continue
                    }
                    // What is done is told; the next call meets the error again, if it lasts.
                    guard report.matched > 0 else { throw error }
                    return report
                }
                report.matched += batch.count
                report.next = batch.last
                rest = rest.dropFirst(batch.count)
            }
            if !isCut { report.next = page.last }
        }
        return report
    }

    /// - Returns: how many were queued again.
    private func revive(_ ids: [Int64]) async throws(PusherError) -> Int {
        let dispatcher = dispatcher
        try room.reserve(ids.count)
        let result = await withCheckedContinuation { continuation in
            dispatcher.queue.reviveDeadLetters(
                ids, at: UnixClock.now(), flags: NotificationFlags.revived.rawValue
            ) { [room] result in
                if case .success(let revived) = result { dispatcher.enqueue(revived: revived) }
                room.release(ids.count)
                continuation.resume(returning: result.map(\.count))
            }
        }
        return try result.forCaller()
    }

    /// - Returns: how many there were.
    private func delete(_ ids: [Int64]) async throws(PusherError) -> Int {
        let queue = dispatcher.queue
        let result = await withCheckedContinuation { continuation in
            queue.deleteDeadLetters(ids) { continuation.resume(returning: $0) }
        }
        return try result.forCaller()
    }
}
