internal import Synchronization
internal import Testing

@testable internal import PushQueue

@Suite struct QueueInboxTests {
    private func command(leavesQueued: Bool = false) -> WriteOperation {
        .command(leavesQueued: leavesQueued, { _ throws(QueueError) in }, completion: { _ in })
    }

    private func finish(_ id: Int64) -> WriteOperation { .finish([FinishedNotification(id: id, hadFailures: false)]) }

    /// The ids of what finished; nil for anything else.
    private func finished(_ operations: [WriteOperation]?) -> [Int64?]? {
        operations?.map { operation in
            if case .finish(let notifications) = operation { notifications[0].id } else { nil }
        }
    }

    @Test func `Everything that was left is taken at once, in order`() {
        let inbox = QueueInbox()
        for id: Int64 in 0..<3 { _ = inbox.put(.deleteBadge(pusher: id, upTo: 0)) }
        _ = inbox.put(command())
        let ids = inbox.take()?.map { operation -> Int64? in
            if case .deleteBadge(let pusher, _) = operation { pusher } else { nil }
        }
        #expect(ids == [0, 1, 2, nil])
    }

    @Test func `What has finished is left behind by what knows nothing of it, and comes in its order later`() {
        let now = Atomic<UInt64>(0)
        let inbox = QueueInbox(clock: { now.load(ordering: .relaxed) })
        for id: Int64 in 1...3 {
            _ = inbox.put(finish(id))
            _ = inbox.put(command(leavesQueued: true))
        }
        #expect(finished(inbox.take()) == [nil, nil, nil])
        _ = inbox.put(finish(4))
        // By itself, when the first one has waited.
        now.store(CommitSchedule.hold, ordering: .relaxed)
        #expect(finished(inbox.take()) == [1, 2, 3, 4])
        _ = inbox.put(finish(5))
        _ = inbox.put(command())
        #expect(finished(inbox.take()) == [5, nil])
        _ = inbox.put(finish(6))
        _ = inbox.put(command(leavesQueued: true))
        #expect(finished(inbox.take()) == [nil])
        inbox.close()
        #expect(finished(inbox.take()) == [6])
        #expect(inbox.take() == nil)
    }

    @Test func `Nothing is left behind where the order matters, or where it is much`() {
        let inbox = QueueInbox()
        _ = inbox.put(finish(1))
        _ = inbox.put(.deleteBadge(pusher: 1, upTo: 0))
        _ = inbox.put(command(leavesQueued: true))
        #expect(inbox.take()?.count == 3)
        let many = (1...Int64(CommitSchedule.enoughToJoin)).map { FinishedNotification(id: $0, hadFailures: false) }
        _ = inbox.put(.finish(many))
        _ = inbox.put(command(leavesQueued: true))
        #expect(inbox.take()?.count == 2)
    }

    @Test func `A closed inbox takes nothing more, and gives what it has`() {
        let inbox = QueueInbox()
        #expect(inbox.put(.deleteBadge(pusher: 1, upTo: 0)))
        inbox.close()
        #expect(!inbox.put(command()))
        #expect(inbox.take()?.count == 1)
        #expect(inbox.take() == nil)
    }
}
