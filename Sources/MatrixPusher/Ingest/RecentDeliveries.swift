/// Which (event, user) pairs were notified lately, so that an event that comes again queues nothing: an exact set of
/// 64-bit keys with the oldest forgotten first.
///
/// A key is claimed when its notifications are prepared and confirmed when they are durable; until then another claim has to
/// wait.
struct RecentDeliveries: Sendable {
    enum Claim: Equatable, Sendable {
        /// It is the caller's now.
        case new
        /// Notified before, or the caller's already.
        case known
        /// Claimed by another transaction that is not durable yet.
        case pending
    }

    /// Keys remembered at most.
    let capacity: Int
    private var keys = KeyRing()
    private var pending = ClaimTable()
    private var claimants = 0
    /// Unix milliseconds of confirmed keys, one for the keys of a second, in order of time.
    private var seconds: [(at: Int64, firstKey: Int)] = []
    private var firstSecond = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    var count: Int { keys.count }

    /// A number for a transaction that is about to claim keys.
    mutating func makeClaimant() -> Int {
        claimants += 1
        return claimants
    }

    mutating func claim(_ key: UInt64, by claimant: Int) -> Claim {
        if keys.contains(key) { return .known }
        guard let holder = pending.claim(key, by: claimant) else { return .new }
        return holder == claimant ? .known : .pending
    }

    /// A batch is durable.
    mutating func confirm(_ batch: [UInt64], at time: Int64) {
        abandon(batch)
        remember(batch, at: time)
    }

    /// A batch could not be stored.
    mutating func abandon(_ batch: [UInt64]) {
        for key in batch { pending.remove(key) }
    }

    /// Adds a batch that was stored earlier. The newest batch is kept as a whole, however large.
    mutating func remember(_ batch: [UInt64], at time: Int64) {
        guard !batch.isEmpty else { return }
        if firstSecond == seconds.count || time >= seconds[seconds.count - 1].at + 1000 {
            seconds.append((time, keys.end))
        }
        for key in batch {
            while keys.count >= max(capacity, batch.count) { keys.removeFirst() }
            keys.append(key)
        }
        forgetSeconds()
    }

    /// Forgets what was queued before a moment (Unix milliseconds); of the second before it some may stay.
    mutating func forget(before time: Int64) {
        var last = firstSecond
        while last < seconds.count, seconds[last].at <= time - 1000 { last += 1 }
        let end = last < seconds.count ? seconds[last].firstKey : keys.end
        while keys.start < end { keys.removeFirst() }
        forgetSeconds()
    }

    /// Forgets the moments all of whose keys are gone.
    private mutating func forgetSeconds() {
        while firstSecond < seconds.count {
            let end = firstSecond + 1 < seconds.count ? seconds[firstSecond + 1].firstKey : keys.end
            guard end <= keys.start else { break }
            firstSecond += 1
        }
        if firstSecond > 1024, firstSecond * 2 > seconds.count {
            seconds.removeFirst(firstSecond)
            firstSecond = 0
        }
    }
}
