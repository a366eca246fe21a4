import PushQueue
import Testing

@testable import MatrixPusher

@Suite struct UnreadItemsTests {
    /// Items with all that a board may meet: neighbours and far numbers, many rooms and threads, calls, any ordinal.
    private func items(seed: UInt64, count: Int) -> [UnreadBoard.Item] {
        var random = SeededGenerator(seed: seed)
        var number: Int64 = 0
        return (0..<count).map { _ in
            number += Int64(1) << Int64.random(in: 0..<40, using: &random)
            let ordinal = Bool.random(using: &random) ? 0 : Int64.random(in: 0..<4096, using: &random)
            return UnreadBoard.Item(
                id: number * NotificationID.perEvent + ordinal,
                room: [Int.min, -1, 1, .max].randomElement(using: &random)! &+ Int.random(in: 0..<40, using: &random),
                thread: Bool.random(using: &random) ? UnreadBoard.main : Int.random(in: 1...3, using: &random),
                call: Int.random(in: 0..<5, using: &random) == 0 ? Int.random(in: .min ... -1, using: &random) : 0)
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `What is taken out as it was put in has the totals of a list`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var list = items(seed: seed, count: 300)
        var unread = UnreadItems()
        for item in list { unread.append(item) }
        for _ in 0..<5 {
            #expect(unread.all == list)
            #expect(unread.count == list.count)
            #expect(unread.rooms == Set(list.map(\.room)).count)
            #expect(unread.missedCalls == list.count { $0.call != 0 })
            #expect(list.allSatisfy { unread.contains(anyOf: [-7, $0.room]) })
            let ids = Set(list.map(\.id).filter { _ in Int.random(in: 0..<3, using: &random) == 0 })
            let answered = Set(list.map(\.id).filter { _ in Bool.random(using: &random) })
            unread.remove(ids)
            unread.answer(answered)
            list = list.filter { !ids.contains($0.id) }.map { item in
                var item = item
                if answered.contains(item.id) { item.call = 0 }
                return item
            }
        }
        #expect(!unread.contains(anyOf: [-7]))
        let middle = list[list.count / 2].id / NotificationID.perEvent
        unread.remove(before: middle)
        list.removeAll { $0.id / NotificationID.perEvent < middle }
        #expect(unread.all == list && unread.rooms == Set(list.map(\.room)).count)
        let oldest = list.dropLast(10).map(\.id)
        #expect(unread.removeOldest(keeping: 10) == oldest)
        #expect(unread.all == list.suffix(10))
        unread.remove(Set(list.map(\.id)))
        #expect(unread.isEmpty && unread.rooms == 0 && unread.missedCalls == 0)
    }

    @Test func `Two threads of a room are one room`() {
        var unread = UnreadItems()
        unread.append(.init(id: 1, room: 7, thread: 1, call: 0))
        unread.append(.init(id: 2, room: 7, thread: 2, call: 0))
        #expect(unread.rooms == 1)
        unread.remove([1])
        #expect(unread.rooms == 1 && unread.all == [.init(id: 2, room: 7, thread: 2, call: 0)])
    }
}
