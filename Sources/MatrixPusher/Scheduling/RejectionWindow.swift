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
    /// A suspicion has ended: until then nothing is believed, Unix milliseconds.
    private var distrustedUntil = Int64.min

    mutating func add(at time: Int64) {
        if distrustedUntil != .min, !isDistrusted(now: time) {
            // What was not believed is not counted with what is.
            spans = []
            distrustedUntil = .min
        }
        spans.removeAll { $0.start + Self.spanLength + Self.length <= time }
        if let last = spans.indices.last, time < spans[last].start + Self.spanLength {
            spans[last].count += 1
        } else {
            spans.append((time, 1))
        }
    }

    func total(now: Int64) -> Int {
        spans.reduce(0) { $1.start + Self.spanLength + Self.length <= now ? $0 : $0 + $1.count }
    }

    /// Whether a suspicion has ended so short a while ago that no rejection is believed; another is no news.
    func isDistrusted(now: Int64) -> Bool { now < distrustedUntil }

    /// Whether nothing is left to remember.
    func isOver(now: Int64) -> Bool { !isDistrusted(now: now) && total(now: now) == 0 }

    /// Whether what was rejected makes the gateway suspect.
    /// - Parameter pushers: How many the gateway has left.
    func isTooMany(ofPushers pushers: Int, now: Int64) -> Bool {
        let total = total(now: now)
        // What was believed was removed, all but the last.
        let all = isDistrusted(now: now) ? pushers : pushers + total - 1
        return total > Self.alwaysAllowed && total * 10 > all
    }

    /// The suspicion has ended: the count begins anew, and nothing is believed for as long as the window is.
    mutating func renew(now: Int64) {
        spans = []
        distrustedUntil = now + Self.length
    }

    mutating func shift(by milliseconds: Int64) {
        if distrustedUntil != .min { distrustedUntil += milliseconds }
        for index in spans.indices { spans[index].start += milliseconds }
    }
}
