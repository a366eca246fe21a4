/// Which (event, user) pairs were notified lately, so that an event that comes again queues nothing: an exact set of
/// 64-bit keys with the oldest forgotten first.
///
/// A key is claimed when its notifications are prepared and confirmed when they are durable; until then another claim has to
/// wait.
struct RecentDeliveries: Sendable {
    enum Claim: Equatable, Sendable {
        case new
        case known
        /// Claimed by a transaction that is not durable yet.
        case pending
    }

    /// Keys remembered at most.
    let capacity: Int
    private var keys: Set<UInt64> = []
    private var pending: Set<UInt64> = []
    /// Confirmed batches in order of time, for forgetting.
    private var batches: [(at: Int64, keys: [UInt64])] = []
    private var firstBatch = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    var count: Int { keys.count }

    func claim(of key: UInt64) -> Claim {
        if pending.contains(key) { return .pending }
        return keys.contains(key) ? .known : .new
    }

    mutating func begin(_ batch: [UInt64]) { pending.formUnion(batch) }

    /// A batch is durable.
    mutating func confirm(_ batch: [UInt64], at time: Int64) {
        pending.subtract(batch)
        remember(batch, at: time)
    }

    /// A batch could not be stored.
    mutating func abandon(_ batch: [UInt64]) { pending.subtract(batch) }

    /// Adds a batch that was stored earlier.
    mutating func remember(_ batch: [UInt64], at time: Int64) {
        guard !batch.isEmpty else { return }
        keys.formUnion(batch)
        batches.append((time, batch))
        while keys.count > capacity, firstBatch < batches.count - 1 { forgetFirst() }
    }

    /// Forgets what was queued before a moment (Unix milliseconds).
    mutating func forget(before time: Int64) {
        while firstBatch < batches.count, batches[firstBatch].at < time { forgetFirst() }
    }

    private mutating func forgetFirst() {
        keys.subtract(batches[firstBatch].keys)
        batches[firstBatch].keys = []
        firstBatch += 1
        if firstBatch > 1024, firstBatch * 2 > batches.count {
            batches.removeFirst(firstBatch)
            firstBatch = 0
        }
    }
}
