/// Compares what gateways received with what had to come: nothing missing, nothing doubled without a crash as the
/// reason, per pusher in order and one at a time.
package struct DeliveryAudit: Sendable {
    /// A moment at which the sidecar was killed.
    package struct Crash: Sendable {
        /// Just before the signal was sent.
        package let killedAt: ContinuousClock.Instant
        /// When the process was gone and the gateways had seen the last of it.
        package let goneAt: ContinuousClock.Instant

        package init(killedAt: ContinuousClock.Instant, goneAt: ContinuousClock.Instant) {
            self.killedAt = killedAt
            self.goneAt = goneAt
        }
    }

    /// One event for one pusher.
    package struct Delivery: Sendable, Hashable, CustomStringConvertible {
        package let pushkey: String
        package let eventID: String

        package init(pushkey: String, eventID: String) {
            self.pushkey = pushkey
            self.eventID = eventID
        }

        package var description: String { "\(eventID) for \(pushkey)" }
    }

    /// Expected, and no gateway has accepted it.
    package private(set) var missing: [Delivery] = []
    /// Received and not expected.
    package private(set) var unexpected: [Delivery] = []
    /// Received again although the first answer came well before any crash.
    package private(set) var doubled: [Delivery] = []
    /// Received again because a crash cut the first one off.
    package private(set) var repeated: [Delivery] = []
    /// Received before one that comes earlier in the pusher's order, by the same process.
    package private(set) var disordered: [Delivery] = []
    /// Received while another request for the same pusher had no answer yet.
    package private(set) var overlapping: [Delivery] = []

    /// The longest time by which an answer came before the crash that made its request come again.
    package private(set) var longestUnremembered: Duration = .zero

    /// The 20 ms for which a sidecar may hold the end of a request back from the disk, and generously the time of a
    /// commit on a slow disk and a busy machine.
    package static let commitGrace: Duration = .milliseconds(250)

    /// - Parameters:
    ///   - expected: all deliveries, for each pushkey in order.
    ///   - grace: how long before a crash an answer may have come without being remembered.
    package init(
        expected: [Delivery], received: [ReceivedNotification], crashes: [Crash] = [], grace: Duration = commitGrace
    ) {
        var places: [Delivery: Int] = [:]
        for (place, delivery) in expected.enumerated() { places[delivery] = place }
        var latest: [Delivery: ReceivedNotification] = [:]
        var accepted: Set<Delivery> = []
        var previous: [String: (place: Int, notification: ReceivedNotification)] = [:]

        for notification in received {
            guard let pushkey = notification.pushkey, let eventID = notification.eventID else { continue }
            let delivery = Delivery(pushkey: pushkey, eventID: eventID)
            guard let place = places[delivery] else {
                unexpected.append(delivery)
                continue
            }
            if let before = latest[delivery] {
                if let age = crashes.lazy.compactMap({ $0.age(of: before, repeatedBy: notification) }).first,
                    age <= grace
                {
                    repeated.append(delivery)
                    longestUnremembered = max(longestUnremembered, age)
                } else if before.isAccepted {
                    doubled.append(delivery)
                }
            }
            if let (previousPlace, before) = previous[pushkey] {
                let isSameProcess = !crashes.contains { $0.separates(before, notification) }
                if isSameProcess && place < previousPlace { disordered.append(delivery) }
                if before.endedAt.map({ $0 > notification.receivedAt }) ?? true { overlapping.append(delivery) }
            }
            latest[delivery] = notification
            previous[pushkey] = (place, notification)
            if notification.isAccepted { accepted.insert(delivery) }
        }
        missing = expected.filter { !accepted.contains($0) }
    }

    /// Whether everything came as it had to.
    package var isClean: Bool { problems.isEmpty }

    /// What is wrong, a line for each kind, with the first few examples.
    package var problems: [String] {
        [
            ("missing", missing), ("unexpected", unexpected), ("doubled", doubled), ("out of order", disordered),
            ("beside another one of the same pusher", overlapping),
        ].compactMap { kind, deliveries in
            guard !deliveries.isEmpty else { return nil }
            let examples = deliveries.prefix(5).map(\.description).joined(separator: ", ")
            return "\(deliveries.count) \(kind): \(examples)"
        }
    }
}

extension DeliveryAudit.Crash {
    /// Whether the crash lies between two requests.
    func separates(_ first: ReceivedNotification, _ second: ReceivedNotification) -> Bool {
        first.receivedAt <= goneAt && second.receivedAt >= goneAt
    }

    /// How long before this crash the first request had its answer, zero when it had none: the reason for the second
    /// one. Nil when the crash is no reason, as it lies not between the two or the first one was refused.
    func age(of first: ReceivedNotification, repeatedBy second: ReceivedNotification) -> Duration? {
        guard separates(first, second) else { return nil }
        guard first.status != nil, let endedAt = first.endedAt else { return .zero }
        return first.isAccepted ? max(.zero, endedAt.duration(to: killedAt)) : nil
    }
}
