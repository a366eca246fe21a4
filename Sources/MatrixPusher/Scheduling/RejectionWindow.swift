/// How many pushkeys a gateway rejected within the last ten minutes: more than a gateway in its right mind would.
struct RejectionWindow: Sendable {
    /// Milliseconds.
    static let length: Int64 = 600_000
    /// Rejections that are never too many.
    private static let alwaysAllowed = 20
    /// Milliseconds that are counted together.
    private static let spanLength: Int64 = 30_000

    /// Counts with the Unix milliseconds that they begin at, oldest first.
    private var spans: [(start: Int64, count: Int)] = []
    /// The suspicion has ended since the window was last empty: another is no news.
    private(set) var isRenewed = false

    mutating func add(at time: Int64) {
        spans.removeAll { $0.start + Self.spanLength + Self.length <= time }
        if spans.isEmpty { isRenewed = false }
        if let last = spans.indices.last, time < spans[last].start + Self.spanLength {
            spans[last].count += 1
        } else {
            spans.append((time, 1))
        }
    }

    func total(now: Int64) -> Int {
        spans.reduce(0) { $1.start + Self.spanLength + Self.length <= now ? $0 : $0 + $1.count }
    }

    /// Whether what was rejected is not to be believed.
    /// - Parameter pushers: How many the gateway has left.
    func isTooMany(ofPushers pushers: Int, now: Int64) -> Bool {
        let total = total(now: now)
        return total > Self.alwaysAllowed && total * 10 > pushers + total - 1
    }

    /// The suspicion has ended: one more rejection is too many, for as long as the window is.
    mutating func renew(pushers: Int, now: Int64) {
        spans = [(now, max(Self.alwaysAllowed, (pushers - 1) / 9))]
        isRenewed = true
    }

    mutating func shift(by milliseconds: Int64) {
        for index in spans.indices { spans[index].start += milliseconds }
    }
}
