import Testing

@testable import MatrixPusher

struct UserIndexTests {
    /// An index with its pushers.
    private struct Directory {
        var index = UserIndex()
        var pushers: ContiguousArray<PusherSlot> = []

        mutating func add(_ userHash: Int) -> Int32 {
            let slot = Int32(pushers.count)
            pushers.append(PusherSlot(id: Int64(slot) + 1, userHash: userHash, userClass: 0, lane: 0, isEnabled: true))
            index.insert(slot, in: &pushers)
            return slot
        }

        func chain(_ userHash: Int) -> [Int32] {
            var slots: [Int32] = []
            var slot = index.first(userHash, in: pushers)
            while slot != PusherSlot.none, slots.count <= pushers.count {
                slots.append(slot)
                slot = pushers[Int(slot)].nextOfUser
            }
            return slots
        }
    }

    @Test func `A user without pushers has none`() {
        #expect(Directory().chain(42).isEmpty)
    }

    @Test func `A user's pushers are chained, the newest first`() {
        var directory = Directory()
        for _ in 0..<3 { for user in [7, 8] { _ = directory.add(user) } }
        #expect(directory.chain(7) == [4, 2, 0])
        #expect(directory.chain(8) == [5, 3, 1])
    }

    @Test(
        arguments: [
            // Spread, all in one place of a small table, and at its end.
            { $0 &* 0x1E37_79B9_7F4A_7C15 }, { $0 << 40 }, { -1 - $0 },
        ] as [@Sendable (Int) -> Int])
    func `Every user is found among thousands`(hash: @Sendable (Int) -> Int) {
        var directory = Directory()
        for user in 0..<3000 { for _ in 0...user % 3 { _ = directory.add(hash(user)) } }
        for user in 0..<3000 {
            let slots = directory.chain(hash(user))
            #expect(slots.count == user % 3 + 1)
            #expect(slots.allSatisfy { directory.pushers[Int($0)].userHash == hash(user) })
        }
        #expect(directory.chain(hash(3000)).isEmpty)
    }

    @Test func `Removed pushers at the front of the chain are dropped by the next insertion`() {
        var directory = Directory()
        let slots = (0..<4).map { _ in directory.add(5) }
        directory.pushers[Int(slots[3])].flags.insert(.removed)
        directory.pushers[Int(slots[2])].flags.insert(.removed)
        directory.pushers[Int(slots[0])].flags.insert(.removed)
        let added = directory.add(5)
        #expect(directory.chain(5) == [added, slots[1], slots[0]])
    }

    @Test func `A user whose pushers come and go keeps a short chain`() {
        var directory = Directory()
        for _ in 0..<1000 {
            let slot = directory.add(5)
            directory.pushers[Int(slot)].flags.insert(.removed)
        }
        _ = directory.add(5)
        #expect(directory.chain(5).count == 1)
    }

    @Test func `A pusher that is in the chain is not put in twice`() {
        var directory = Directory()
        let slots = (0..<3).map { _ in directory.add(5) }
        for slot in slots { directory.index.insert(slot, in: &directory.pushers) }
        #expect(directory.chain(5) == slots.reversed())
    }

    @Test func `The same user id has the same hash, however it is given`() {
        let text = "@bob:example.org"
        #expect(TextHash.of(text) == Array(text.utf8).withUnsafeBufferPointer { TextHash.of($0) })
        #expect(TextHash.of(text) != TextHash.of("@bob:example.com"))
    }
}
