internal import Testing

@testable internal import PushQueue

@Suite struct DeliveryKeyTests {
    let folder = TestFolder()

    @Test func `What a transaction queued is known after reopening`() async throws {
        let keys: [[UInt64]] = [[.max, 0, 0x0102_0304_0506_0708], []]
        var queue = try SQLiteQueue.open(folder)
        for (id, keys) in zip(["a", "b"], keys) {
            let transaction = NewTransaction(
                transactionID: id, answer: [1], queuedAt: 42, deliveryKeys: keys)
            #expect(try await queue.append(transaction) == .stored(firstEventNumbers: []))
        }
        queue.close()
        queue = try SQLiteQueue.open(folder)
        var found: [[UInt64]] = []
        try queue.makeReader().scanTransactions(newestKeys: .max) { at, keys in
            #expect(at == 42)
            found.append(keys)
        }
        #expect(found == keys)
    }

    @Test func `The key of the hashes is as old as the database, and no two databases share it`() throws {
        let first = try SQLiteQueue.open(folder)
        let secret = first.secret
        first.close()
        #expect(try SQLiteQueue.open(folder).secret == secret)
        #expect(try SQLiteQueue.open(TestFolder()).secret != secret)
    }
}
