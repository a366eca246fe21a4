import Testing

@testable import MatrixPusher

@Suite struct UnreadBoardTests {
    private func board(_ items: [(id: Int64, room: Int, thread: Int, call: Int)], user: Int = 1) -> UnreadBoard {
        var board = UnreadBoard()
        for item in items {
            board.add(.init(id: item.id * 10, room: item.room, thread: item.thread, call: item.call), for: user)
        }
        return board
    }

    @Test func `Unread counts rooms or events, and missed calls on their own`() {
        let board = board([(1, 7, 0, 0), (2, 7, 0, 9), (3, 8, 0, 0)])
        #expect(board.counts(of: 1, byRoom: true) == .init(unread: 2, missedCalls: 1))
        #expect(board.counts(of: 1, byRoom: false) == .init(unread: 3, missedCalls: 1))
        #expect(board.counts(of: 2, byRoom: true) == .init())
    }

    @Test(arguments: [
        (UnreadBoard.Scope.room, Int64(3), [Int64(10), 20, 30]),
        (.room, 2, [10, 20]),
        (.thread(UnreadBoard.main), 9, [10, 40]),
        (.thread(5), 9, [20, 30]),
        (.thread(6), 9, []),
    ])
    func `A receipt covers its room or thread up to its event`(scope: UnreadBoard.Scope, last: Int64, ids: [Int64]) {
        let board = board([(1, 7, 0, 0), (2, 7, 5, 0), (3, 7, 5, 0), (4, 7, 0, 0), (5, 8, 0, 0)])
        let receipts = [UnreadBoard.Place(room: 7, scope: scope): UnreadBoard.Reach(last: last)]
        #expect(board.covered(user: 1, by: receipts, idsPerNumber: 10).map(\.id) == ids)
    }

    @Test func `Receipts of a room and of a thread reach as far as the farther one, and to copies of their event`() {
        let board = board([(1, 7, 0, 0), (2, 7, 5, 0), (3, 7, 5, 0), (4, 7, 0, 0), (6, 7, 0, 0)])
        let receipts: [UnreadBoard.Place: UnreadBoard.Reach] = [
            .init(room: 7, scope: .room): .init(last: 1, others: [6]),
            .init(room: 7, scope: .thread(5)): .init(last: 3),
        ]
        #expect(board.covered(user: 1, by: receipts, idsPerNumber: 10).map(\.id) == [10, 20, 30, 60])
    }

    @Test func `What is removed or answered is taken out of the totals`() {
        var board = board([(1, 7, 0, 4), (2, 7, 0, 0), (3, 8, 0, 4)])
        #expect(board.calls(4, of: 1).map(\.id) == [10, 30])
        #expect(board.counts(of: 1, byRoom: true, without: [30], answered: [10]) == .init(unread: 1, missedCalls: 0))
        board.answer([10], of: 1)
        #expect(board.counts(of: 1, byRoom: true) == .init(unread: 2, missedCalls: 1))
        board.remove([10, 30], of: 1)
        #expect(board.counts(of: 1, byRoom: false) == .init(unread: 1, missedCalls: 0))
        board.remove([20], of: 1)
        #expect(board.counts(of: 1, byRoom: false) == .init())
    }

    @Test func `Of a user who never reads the newest events count`() {
        var board = UnreadBoard()
        for id in 1...10_000 { board.add(.init(id: Int64(id), room: id, thread: 0, call: id % 2), for: 1) }
        let counts = board.counts(of: 1, byRoom: true)
        #expect((UnreadBoard.itemsPerUser...UnreadBoard.itemsPerUser * 11 / 10).contains(counts.unread))
        #expect(counts.missedCalls == counts.unread / 2)
        let receipts = [UnreadBoard.Place(room: 10_000, scope: .room): UnreadBoard.Reach(last: .max)]
        #expect(board.covered(user: 1, by: receipts, idsPerNumber: 1).count == 1)
    }
}
