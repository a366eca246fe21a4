import Testing

@testable import MatrixPusher

struct PendingItemsTests {
    private static let now: Int64 = 1_800_000_000_000

    @Test func `A list gives its items back in the order they came`() {
        var items = PendingItems(startedAt: Self.now)
        var list = PendingItems.List()
        for id in 1...100 as ClosedRange<Int64> { items.append(id: id, queuedAt: Self.now, to: &list) }
        #expect(items.count == 100)
        for id in 1...100 as ClosedRange<Int64> {
            #expect(items.first(of: list)?.id == id)
            items.removeFirst(of: &list)
        }
        #expect(items.count == 0)
        #expect(items.first(of: list) == nil)
    }

    @Test func `Removing from an empty list changes nothing`() {
        var items = PendingItems(startedAt: Self.now)
        var list = PendingItems.List()
        items.removeFirst(of: &list)
        #expect(items.count == 0)
        let none = items.removeAll(of: &list)
        #expect(none.isEmpty)
        items.append(id: 1, queuedAt: Self.now, to: &list)
        #expect(items.first(of: list)?.id == 1)
    }

    @Test func `A list that was emptied can be filled again`() {
        var items = PendingItems(startedAt: Self.now)
        var list = PendingItems.List()
        for round in 0..<5 as Range<Int64> {
            items.append(id: round * 2, queuedAt: Self.now, to: &list)
            items.append(id: round * 2 + 1, queuedAt: Self.now, to: &list)
            let removed = items.removeAll(of: &list)
            #expect(removed == [round * 2, round * 2 + 1])
        }
        #expect(items.count == 0)
    }

    @Test func `Items beyond a chunk keep their order, and freed places are used again`() {
        var items = PendingItems(startedAt: Self.now)
        var list = PendingItems.List()
        let count: Int64 = 50_000
        for id in 0..<count { items.append(id: id, queuedAt: Self.now, to: &list) }
        let removed = items.removeAll(of: &list)
        #expect(removed == Array(0..<count))
        var other = PendingItems.List()
        for id in 0..<count { items.append(id: -id, queuedAt: Self.now, to: &other) }
        #expect(items.count == Int(count))
        let others = items.removeAll(of: &other)
        #expect(others == (0..<count).map { -$0 })
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `Many lists in shared storage behave like arrays`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var items = PendingItems(startedAt: Self.now)
        var lists = Array(repeating: PendingItems.List(), count: 37)
        var model: [[Int64]] = Array(repeating: [], count: 37)
        for id in 0..<20_000 as Range<Int64> {
            let index = Int.random(in: 0..<lists.count, using: &generator)
            switch Int.random(in: 0..<100, using: &generator) {
            case 0:
                let removed = items.removeAll(of: &lists[index])
                #expect(removed == model[index])
                model[index] = []
            case 1..<45:
                items.removeFirst(of: &lists[index])
                if !model[index].isEmpty { model[index].removeFirst() }
            default:
                items.append(id: id, queuedAt: Self.now, to: &lists[index])
                model[index].append(id)
            }
            #expect(items.first(of: lists[index])?.id == model[index].first)
        }
        #expect(items.count == model.reduce(0) { $0 + $1.count })
        for index in lists.indices {
            let removed = items.removeAll(of: &lists[index])
            #expect(removed == model[index])
        }
    }

    @Test(arguments: [0, 1, 62, 63, 999, 86_400_000, 366 * 86_400_000, -86_400_000, -365 * 86_400_000] as [Int64])
    func `The time of queueing is kept to a sixteenth of a second, never rounded up`(offset: Int64) throws {
        var items = PendingItems(startedAt: Self.now)
        var list = PendingItems.List()
        items.append(id: 1, queuedAt: Self.now + offset, to: &list)
        let kept = items.queuedAt(try #require(items.first(of: list)))
        #expect((Self.now + offset - 62...Self.now + offset).contains(kept))
    }

    @Test func `Times out of reach become the nearest that can be kept`() throws {
        var items = PendingItems(startedAt: Self.now)
        var list = PendingItems.List()
        items.append(id: 1, queuedAt: 0, to: &list)
        #expect(items.queuedAt(try #require(items.first(of: list))) == Self.now - 366 * 86_400_000)
        items.removeFirst(of: &list)
        items.append(id: 2, queuedAt: Self.now + 100 * 366 * 86_400_000, to: &list)
        #expect(items.queuedAt(try #require(items.first(of: list))) > Self.now + 7 * 366 * 86_400_000)
    }

    @Test func `An item takes sixteen bytes`() {
        #expect(MemoryLayout<PendingItems.Item>.stride == 16)
    }

    @Test func `A pusher takes no more than 56 bytes`() {
        #expect(MemoryLayout<PusherSlot>.stride <= 56)
    }
}
