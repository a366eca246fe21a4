internal import Testing

@testable internal import PushQueue

@Suite struct TransactionTests {
    let folder = TestFolder()

    @Test func `The same id again stores nothing and gets the first answer`() async throws {
        var queue = try SQLiteQueue.open(folder)
        try await queue.append(.test("t1", events: [.test("a")], answer: "first"))
        let again = NewTransaction.test("t1", events: [.test("b")], answer: "second")
        #expect(try await queue.append(again) == .alreadySeen(answer: Array("first".utf8)))
        queue.close()
        queue = try SQLiteQueue.open(folder)
        #expect(try await queue.append(again) == .alreadySeen(answer: Array("first".utf8)))
        #expect(try queue.makeReader().totals().pending == 1)
    }

    @Test func `Of concurrent appends with one id one stores`() async throws {
        let queue = try SQLiteQueue.open(folder)
        let receipts = try await withThrowingTaskGroup { group in
            for number in 0..<64 {
                group.addTask {
                    try await queue.append(.test("same", events: [.test("e")], answer: "answer \(number)"))
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let stored = receipts.filter { if case .stored = $0 { true } else { false } }
        let answers = Set(receipts.compactMap { if case .alreadySeen(let answer) = $0 { answer } else { nil } })
        #expect(stored.count == 1)
        #expect(receipts.count == 64)
        #expect(answers.count == 1)
        #expect(try queue.makeReader().totals().pending == 1)
    }

    @Test func `An id within the same commit is known`() throws {
        let loop = CommitLoop(store: try QueueStore(path: folder.database), observer: QueueObserver())
        let receipts = Mailbox<AppendReceipt>()
        let operations = ["one", "two"].map { answer in
            WriteOperation.command(
                { store throws(QueueError) in try store.append(.test("t", events: [.test("e")], answer: answer)) },
                completion: { if case .success(let receipt) = $0 { receipts.put(receipt) } })
        }
        loop.commit(operations)
        #expect(receipts.all == [.stored(firstEventNumbers: [1]), .alreadySeen(answer: Array("one".utf8))])
    }

    @Test func `Ids whose hashes collide are told apart`() async throws {
        let options = QueueStore.Options(transactionHash: { _ in 42 })
        var queue = try SQLiteQueue.open(folder, options: options)
        for id in ["a", "b", "c"] { try await queue.append(.test(id, events: [.test("e")], answer: id)) }
        queue.close()
        queue = try SQLiteQueue.open(folder, options: options)
        for id in ["c", "a", "b"] {
            #expect(
                try await queue.append(.test(id, events: [.test("e")])) == .alreadySeen(answer: Array(id.utf8)))
        }
        guard case .stored = try await queue.append(.test("d", events: [.test("e")])) else {
            Issue.record("a new id was taken for a known one")
            return
        }
    }

    @Test func `Transactions without an id are all stored`() async throws {
        let queue = try SQLiteQueue.open(folder)
        for _ in 0..<3 { try await queue.append(.test(events: [.test("e")])) }
        #expect(try queue.makeReader().totals().pending == 3)
    }

    @Test func `Beyond the limit the oldest are forgotten`() async throws {
        let queue = try SQLiteQueue.open(folder, options: QueueStore.Options(transactionLimit: 3))
        for number in 0..<5 { try await queue.append(.test("t\(number)", events: [.test("e")])) }
        for (number, isKnown) in [(2, true), (3, true), (4, true), (0, false)] {
            let receipt = try await queue.append(.test("t\(number)", events: [.test("e")]))
            #expect((receipt == .alreadySeen(answer: Array("{}".utf8))) == isKnown, "t\(number)")
        }
    }

    @Test func `Retention forgets by age`() async throws {
        let queue = try SQLiteQueue.open(folder)
        try await queue.append(.test("old", events: [.test("e")], at: 1_000))
        try await queue.append(.test("new", events: [.test("e")], at: 5_000))
        let report = try await queue.purge(QueueRetention(transactions: .seconds(2)), now: 5_000)
        #expect(report.transactions == 1)
        #expect(!report.more)
        #expect(try await queue.append(.test("new", events: [])) == .alreadySeen(answer: Array("{}".utf8)))
        #expect(try await queue.append(.test("old", events: [])) == .stored(firstEventNumbers: []))
    }

    @Test func `A rolled back transaction is not known`() throws {
        let store = try QueueStore(path: folder.database)
        let numbers = store.numbers
        try store.begin()
        _ = try store.append(.test("t", events: [.test("e")]))
        store.rollback()
        #expect(store.numbers == numbers)
        #expect(store.transactions.count == 0)
        #expect(store.transactions.candidates(for: "t").isEmpty)
        try store.begin()
        #expect(try store.append(.test("t", events: [.test("e")])) == .stored(firstEventNumbers: [numbers.next]))
        try store.commit()
    }

    @Test func `A rolled back forgetting is undone`() throws {
        let store = try QueueStore(path: folder.database)
        try store.begin()
        _ = try store.append(.test("t", events: [], answer: "kept"))
        try store.commit()
        try store.begin()
        #expect(try store.forgetOldestTransaction(before: .max))
        store.rollback()
        try store.begin()
        #expect(try store.append(.test("t", events: [])) == .alreadySeen(answer: Array("kept".utf8)))
        try store.commit()
    }
}
