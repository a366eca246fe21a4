internal import Testing

@testable internal import PushQueue

@Suite struct QueueInboxTests {
    private func command() -> WriteOperation {
        .command({ _ throws(QueueError) in }, completion: { _ in })
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

    @Test func `A closed inbox takes nothing more, and gives what it has`() {
        let inbox = QueueInbox()
        #expect(inbox.put(.deleteBadge(pusher: 1, upTo: 0)))
        inbox.close()
        #expect(!inbox.put(command()))
        #expect(inbox.take()?.count == 1)
        #expect(inbox.take() == nil)
    }
}
