internal import Testing

@testable internal import PushQueue

/// What is kept while the database cannot be written.
@Suite struct KeptWritesTests {
    private static func failure(_ notification: Int64) -> WriteOperation {
        .recordFailure(
            FailedAttempt(
                notification: notification, attempt: .test(), countsAttempt: true, pusher: 1, health: nil))
    }

    private static func lane(_ gateway: String, failures: Int) -> WriteOperation {
        .setLane(LaneRecord(gateway: gateway, failingSince: 0, failures: failures, nextProbeAt: 0))
    }

    /// Operations as short texts, for comparing.
    private static func names(_ operations: ArraySlice<WriteOperation>) -> [String] {
        operations.map { operation in
            switch operation {
            case .finish(let notifications): "finish \(notifications.map(\.id))"
            case .recordFailure(let failure): "failure \(failure.notification)"
            case .updateHealth(let pusher, let health): "health \(pusher) \(health.attempts)"
            case .setLane(let lane): "lane \(lane.gateway) \(lane.failures)"
            case .deleteLane(let gateway): "no lane \(gateway)"
            case .bury(let letters): "bury \(letters.map(\.notification))"
            case .deleteBadge(let pusher, _): "badge \(pusher)"
            case .command: "command"
            }
        }
    }

    @Test func `A few writes stay as they are`() {
        var kept = KeptWrites()
        kept.append([
            .updateHealth(pusher: 1, PusherHealth(attempts: 1)), .updateHealth(pusher: 1, PusherHealth(attempts: 2)),
        ])
        #expect(kept.thinOut() == 0)
        #expect(Self.names(kept.operations) == ["health 1 1", "health 1 2"])
    }

    @Test func `Of many only the newest states and attempts are kept, and all results`() {
        var kept = KeptWrites()
        kept.append([
            .updateHealth(pusher: 1, PusherHealth(attempts: 1)), Self.lane("a", failures: 1),
            .finish([FinishedNotification(id: 7, hadFailures: false)]), .updateHealth(pusher: 2, PusherHealth()),
            Self.lane("a", failures: 2), .deleteLane("b"), Self.lane("b", failures: 3),
            .updateHealth(pusher: 1, PusherHealth(attempts: 5)), .deleteLane("a"), .deleteBadge(pusher: 3, upTo: 1),
        ])
        kept.append((0..<Int64(KeptWrites.attemptLimit + 10)).map { Self.failure($0) })
        #expect(kept.thinOut() == 10)
        #expect(
            Self.names(kept.operations.prefix(6)) == [
                "finish [7]", "health 2 0", "lane b 3", "health 1 5", "no lane a", "badge 3",
            ])
        #expect(kept.operations.count == 6 + KeptWrites.attemptLimit)
        #expect(Self.names(kept.operations.suffix(1)) == ["failure \(KeptWrites.attemptLimit + 9)"])
    }

    @Test func `Hours of failures keep no more than the limit and as much again`() {
        var kept = KeptWrites()
        var most = 0
        for round in 0..<600 as Range<Int64> {
            kept.append((0..<1000).map { Self.failure(round * 1000 + $0) })
            _ = kept.thinOut()
            most = max(most, kept.operations.count)
        }
        #expect(most <= 2 * KeptWrites.attemptLimit + 1000)
    }

    @Test func `Commands are taken out, but for those that are kept`() {
        var kept = KeptWrites()
        let failing = WriteOperation.command({ _ throws(QueueError) in }, completion: { _ in })
        let lasting = WriteOperation.command(isKept: true, { _ throws(QueueError) in }, completion: { _ in })
        kept.append([failing, .deleteLane("a"), lasting, failing])
        #expect(kept.takeCommands().count == 2)
        #expect(Self.names(kept.operations) == ["no lane a", "command"])
    }

    @Test func `What comes while nothing can be written is kept, but for commands that fail`() {
        var kept = KeptWrites()
        let failing = WriteOperation.command({ _ throws(QueueError) in }, completion: { _ in })
        let lasting = WriteOperation.command(isKept: true, { _ throws(QueueError) in }, completion: { _ in })
        #expect(kept.keep([failing]).count == 1)
        #expect(kept.keep([.deleteLane("a"), failing, lasting]).count == 1)
        #expect(kept.keep([failing, .deleteLane("b"), failing]).count == 2)
        #expect(Self.names(kept.operations) == ["no lane a", "command", "no lane b"])
    }
}
