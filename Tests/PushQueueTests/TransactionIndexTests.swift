internal import Testing

@testable internal import PushQueue

@Suite struct TransactionIndexTests {
    @Test func `Rows of one hash come and go one by one`() {
        var index = TransactionIndex { _ in 1 }
        for row in 1...4 as ClosedRange<Int64> { index.insert("t\(row)", row: row) }
        #expect(index.candidates(for: "any") == [1, 2, 3, 4])
        index.remove("t1", row: 1)
        index.remove("t3", row: 3)
        index.remove("t9", row: 9)
        #expect(index.candidates(for: "any") == [2, 4])
        index.remove("t2", row: 2)
        index.remove("t4", row: 4)
        #expect(index.candidates(for: "any").isEmpty)
        #expect(index.count == 0)
    }

    @Test func `Hashes are apart`() {
        var index = TransactionIndex()
        for row in 0..<1000 as Range<Int64> { index.insert("t\(row)", row: row) }
        #expect((0..<1000).allSatisfy { index.candidates(for: "t\($0)").contains(Int64($0)) })
        #expect(index.candidates(for: "other").isEmpty)
    }
}
