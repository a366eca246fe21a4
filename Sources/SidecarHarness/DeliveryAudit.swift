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

    /// What was acknowledged and not delivered, as the sidecar tells it in the end.
    package struct Rest: Sendable {
        package var queued: Set<Delivery> = []
        package var dead: Set<Delivery> = []
        /// Pushkeys whose pushers were removed because their gateway rejected them.
        package var rejected: Set<String> = []

        package init() {}
    }

    /// Expected deliveries by what became of them.
    package private(set) var accepted = 0
    package private(set) var rejected = 0
    package private(set) var dead = 0
    package private(set) var queued = 0

    /// Expected, and nobody knows of it.
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

    /// Accounted for in more than one way.
    package private(set) var contradictory: [Delivery] = []
    /// Sent by the process that knew that the pushkey was rejected.
    package private(set) var afterRejection: [Delivery] = []

    /// The longest time by which an answer came before the crash that made its request come again.
    package private(set) var longestUnremembered: Duration = .zero

    /// The 20 ms for which a sidecar may hold the end of a request back from the disk, and generously the time of a
    /// commit on a slow disk and a busy machine.
    package static let commitGrace: Duration = .milliseconds(250)

    /// - Parameters:
    ///   - expected: all deliveries, for each pushkey in order.
    ///   - rest: what need not have been delivered.
    ///   - grace: how long before a crash an answer may have come without being remembered.
    package init(
        expected: [Delivery], received: [ReceivedNotification], crashes: [Crash] = [], rest: Rest = Rest(),
        grace: Duration = commitGrace
    ) {
        var places: [Delivery: Int] = [:]
        for (place, delivery) in expected.enumerated() { places[delivery] = place }
        var latest: [Delivery: ReceivedNotification] = [:]
        var delivered: Set<Delivery> = []
        var rejections: [String: (place: Int, notification: ReceivedNotification)] = [:]
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
            if let (_, before) = rejections[pushkey], before.isAccepted,
                !crashes.contains(where: { $0.age(of: before, repeatedBy: notification).map { $0 <= grace } ?? false })
            {
                afterRejection.append(delivery)
            }
            latest[delivery] = notification
            previous[pushkey] = (place, notification)
            if notification.rejectsPushkey, rest.rejected.contains(pushkey) {
                rejections[pushkey] = (min(place, rejections[pushkey]?.place ?? place), notification)
            } else if notification.isAccepted {
                delivered.insert(delivery)
            }
        }
        account(for: expected, delivered: delivered, rest: rest, rejectedFrom: rejections.mapValues(\.place))
    }

    /// Finds for each expected delivery what became of it. Of a rejected pushkey all is gone from the rejection on, and
    /// nothing that came before.
    private mutating func account(
        for expected: [Delivery], delivered: Set<Delivery>, rest: Rest, rejectedFrom: [String: Int]
    ) {
        for (place, delivery) in expected.enumerated() {
            switch (delivered.contains(delivery), rest.dead.contains(delivery), rest.queued.contains(delivery)) {
            case (true, false, false): accepted += 1
            case (false, true, false): dead += 1
            case (false, false, true): queued += 1
            case (false, false, false):
                if let first = rejectedFrom[delivery.pushkey], place >= first {
                    rejected += 1
                } else {
                    missing.append(delivery)
                }
            default: contradictory.append(delivery)
            }
        }
    }

    /// Whether everything came as it had to.
    package var isClean: Bool { problems.isEmpty }

    /// What is wrong, a line for each kind, with the first few examples.
    package var problems: [String] {
        [
            ("missing", missing), ("unexpected", unexpected), ("doubled", doubled), ("out of order", disordered),
            ("beside another one of the same pusher", overlapping), ("accounted for twice", contradictory),
            ("sent after the rejection of its pushkey", afterRejection),
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
