/// The pushers of a gateway that were tried last, and which of them failed: what a server error is told by, the gateway's
/// or a pusher's.
struct FailingPushers: Sendable {
    /// How many distinct pushers are looked at.
    static let size = 20
    /// Fewer never blame the gateway.
    private static let minimum = 3

    /// Oldest first.
    private var recent: ContiguousArray<(slot: Int32, failed: Bool)> = []
    private var failed = 0

    var isEmpty: Bool { failed == 0 }

    /// A pusher's request ended.
    mutating func note(_ slot: Int32, failed hasFailed: Bool) {
        if let index = recent.firstIndex(where: { $0.slot == slot }) ?? (recent.count == Self.size ? 0 : nil) {
            if recent.remove(at: index).failed { failed -= 1 }
        }
        recent.append((slot, hasFailed))
        if hasFailed { failed += 1 }
    }

    /// Whether most of the last pushers fail: four of five, as half of them may be bad luck with one of two servers.
    /// - Parameter pushers: How many the gateway has; those that were not tried count as well.
    func areMost(ofPushers pushers: Int) -> Bool {
        failed >= Self.minimum && failed * 5 >= min(pushers, Self.size) * 4
    }
}
