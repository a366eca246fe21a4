import PushQueue
import Testing

@testable import MatrixPusher

@Suite struct ReadingSnapshotTests {
    private static let hasher = DeliveryKeyHasher(key0: 1, key1: 2)

    private func state(seed: UInt64, users: Int, events: Int) -> ReadingState.State {
        var random = SeededGenerator(seed: seed)
        var state = ReadingState.State(countsByRoom: true)
        var number: Int64 = 0
        for event in 0..<events {
            number += Int.random(in: 0..<20, using: &random) == 0 ? 1000 : 1
            let readers = (0..<users).filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
            let history = StoredHistory(
                eventHash: Int.random(in: 0..<30, using: &random) == 0 ? event / 2 : -event,
                roomHash: Int.random(in: -5..<5, using: &random), threadHash: Int.random(in: 0..<3, using: &random),
                callHash: Int.random(in: 0..<9, using: &random) == 0 ? event : 0, readers: readers[...])
            _ = state.add(history, number: number)
        }
        return state
    }

    private func parts(_ state: borrowing ReadingState.State) -> [[UInt8]] {
        var parts: [[UInt8]] = []
        ReadingSnapshot(hasher: Self.hasher).write(state) { parts.append($0) }
        return parts
    }

    private func restore(_ parts: [[UInt8]], hasher: DeliveryKeyHasher = hasher) throws -> ReadingState.State? {
        var state = ReadingState.State(countsByRoom: true)
        let isUsable = try ReadingSnapshot(hasher: hasher).restore(&state, from: PartsScanner(parts))
        return isUsable ? state : nil
    }

    @Test(arguments: [(0, 0), (3, 1), (7, 500), (300, 2000)])
    func `What is read is what was written`(users: Int, events: Int) throws {
        let written = state(seed: UInt64(users), users: users, events: events)
        let read = try #require(try restore(parts(written)))
        #expect(read.board.users.count == written.board.users.count)
        for (user, items) in written.board.users {
            #expect(read.board.users[user]?.all == items.all)
            #expect(read.board.counts(of: user, byRoom: true) == written.board.counts(of: user, byRoom: true))
            #expect(read.board.counts(of: user, byRoom: false) == written.board.counts(of: user, byRoom: false))
        }
        #expect(read.numbers.newest == written.numbers.newest)
        for event in -events...events { #expect(read.numbers[event] == written.numbers[event]) }
    }

    @Test func `What is added after reading is as if nothing had been in between`() throws {
        var written = state(seed: 5, users: 9, events: 300)
        var read = try #require(try restore(parts(written)))
        let history = StoredHistory(eventHash: 77_777, roomHash: 2, readers: Array(0..<9)[...])
        _ = written.add(history, number: 1 << 20)
        _ = read.add(history, number: 1 << 20)
        #expect(read.numbers[77_777]?.first == 1 << 20)
        for user in 0..<9 { #expect(read.board.users[user]?.all == written.board.users[user]?.all) }
    }

    @Test func `What is not whole, was changed, or is another queue's is not used`() throws {
        let parts = parts(state(seed: 1, users: 2000, events: 500))
        #expect(parts.count > 2)
        #expect(try restore(parts) != nil)
        #expect(try restore([]) == nil)
        #expect(try restore(parts.dropLast()) == nil)
        #expect(try restore(Array(parts.dropFirst().dropFirst())) == nil)
        #expect(try restore([[1, 2, 3]] + parts) == nil)
        #expect(try restore(parts, hasher: DeliveryKeyHasher(key0: 1, key1: 3)) == nil)
        for position in [0, 8, 16, 24, 32, 1000, parts[1].count - 1] {
            var changed = parts
            changed[1][position] ^= 1
            #expect(try restore(changed) == nil)
        }
    }

    @Test func `A key is adopted once`() {
        let key = TextHash.key
        #expect(TextHash.adopt(key))
        #expect(!TextHash.adopt(TextHash.Key(first: key.first ^ 1, second: key.second)))
        #expect(TextHash.key == key)
    }

    @Test func `An end in order leaves it, and the first commit of the next run takes it away`() async throws {
        let fixture = try PusherFixture()
        let first = try fixture.start()
        try await first.register("key", at: "http://127.0.0.1:1/_matrix/push/v1/notify")
        try await first.send("$1", in: "!a:hs")
        #expect(try fixture.snapshotParts() == 0)
        try await fixture.stop()
        #expect(try fixture.snapshotParts() == 1)
        let second = try fixture.open()
        #expect(second.counts(of: "@bob:hs").unread == 1)
        try await second.receipt("$1", in: "!a:hs")
        #expect(second.counts(of: "@bob:hs").unread == 0)
        #expect(try fixture.snapshotParts() == 0)
    }
}

/// Has the parts of a snapshot and nothing else.
private final class PartsScanner: QueueScanner {
    private let parts: [[UInt8]]

    init(_ parts: [[UInt8]]) {
        self.parts = parts
    }

    func scanSnapshot(_ body: ([UInt8]) -> Void) throws(QueueError) { parts.forEach(body) }

    func firstEventNumber() throws(QueueError) -> Int64? { nil }
    func scanPushers(_ body: (PusherRow) -> Void) throws(QueueError) {}
    func scanEvents(newest count: Int, _ body: (Int64, String) -> Void) throws(QueueError) {}
    func scanNotifications(_ body: (PendingNotification) -> Void) throws(QueueError) {}
    func scanCounts(_ body: (UserCounts) -> Void) throws(QueueError) {}
    func scanTransactions(newestKeys count: Int, _ body: (Int64, [UInt64]) -> Void) throws(QueueError) {}
    func scanUnread(_ body: (HistoryEntry) -> Void) throws(QueueError) {}
    func scanBadges(_ body: (Int64, Int64) -> Void) throws(QueueError) {}
    func scanLanes(_ body: (LaneRecord) -> Void) throws(QueueError) {}
    func scanExpiries(_ body: (Int64, Int64) -> Void) throws(QueueError) {}
    func scanRejections(since time: Int64, _ body: (String, Int64) -> Void) throws(QueueError) {}
    func scanRulesetUsers(_ body: (String) -> Void) throws(QueueError) {}
}
