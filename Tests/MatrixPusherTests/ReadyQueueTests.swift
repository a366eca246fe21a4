import Testing

@testable import MatrixPusher

struct ReadyQueueTests {
    private func pushers(users: [Int]) -> ContiguousArray<PusherSlot> {
        ContiguousArray(
            users.enumerated().map { slot, user in
                PusherSlot(
                    id: Int64(slot), userHash: user, userClass: UInt8(user & (UserClasses.count - 1)), lane: 0,
                    isEnabled: true)
            })
    }

    @Test func `Users take turns, and the pushers of a user among themselves`() {
        var pushers = pushers(users: [7, 7, 7, 8, 9])
        var queue = ReadyQueue()
        for slot in pushers.indices { queue.append(Int32(slot), in: &pushers) }
        var order: [Int32] = []
        for _ in 0..<9 {
            guard let slot = queue.next() else { break }
            order.append(slot)
            queue.remove(slot, in: &pushers)
            queue.append(slot, in: &pushers)
        }
        #expect(order == [0, 3, 4, 1, 3, 4, 2, 3, 4])
    }

    @Test func `An empty queue has nobody`() {
        var pushers = pushers(users: [63])
        var queue = ReadyQueue()
        #expect(queue.isEmpty)
        let none = queue.next()
        #expect(none == nil)
        queue.append(0, in: &pushers)
        #expect(!queue.isEmpty)
        queue.remove(0, in: &pushers)
        #expect(queue.isEmpty)
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `Whoever is in the queue gets a turn before anyone gets two more than their class`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var pushers = pushers(users: (0..<300).map { _ in Int.random(in: .min ... .max, using: &random) })
        var queue = ReadyQueue()
        var model: Set<Int32> = []
        for _ in 0..<5000 {
            let slot = Int32.random(in: 0..<300, using: &random)
            if model.remove(slot) != nil {
                queue.remove(slot, in: &pushers)
            } else {
                queue.append(slot, in: &pushers)
                model.insert(slot)
            }
            #expect(queue.isEmpty == model.isEmpty)
        }
        let waiting = model
        while let slot = queue.next() {
            #expect(model.remove(slot) != nil, "twice, or not in it")
            queue.remove(slot, in: &pushers)
        }
        #expect(model.isEmpty, "\(model.count) of \(waiting.count) have no turn")
    }
}
