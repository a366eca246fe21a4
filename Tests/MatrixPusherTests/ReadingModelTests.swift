import PushJSON
import Testing

@testable import MatrixPusher

/// Counts against a slow and obvious model, over random sequences of events, receipts, redactions, answers and restarts.
@Suite(.timeLimit(.minutes(2)))
struct ReadingModelTests {
    @Test(arguments: [true, false], [true, false])
    func `Counts are those of the model after every step`(byRoom: Bool, leavesSnapshot: Bool) async throws {
        for seed in 0..<10 {
            let fixture = try PusherFixture { $0.push.groupUnreadCountByRoom = byRoom }
            let model = ReadingModel(seed: UInt64(seed), byRoom: byRoom)
            var pusher = try fixture.open()
            for user in ReadingModel.users { try await pusher.register("k-\(user)", of: user, at: Self.closed) }
            for step in 0..<120 {
                if step % 40 == 39 {
                    fixture.run(pusher)
                    try await fixture.stop()
                    if !leavesSnapshot { try await fixture.forgetSnapshot() }
                    pusher = try fixture.open()
                }
                try await model.step(pusher)
                for user in ReadingModel.users {
                    let counts = pusher.counts(of: user)
                    // Nothing is known of a user before the first event.
                    guard counts.unread >= 0 else {
                        #expect(model.counts(of: user) == .init(), "seed \(seed), step \(step), \(user)")
                        continue
                    }
                    #expect(counts == model.counts(of: user), "seed \(seed), step \(step), \(user)")
                }
            }
        }
    }

    private static let closed = "http://127.0.0.1:1/_matrix/push/v1/notify"
}

/// All that ever happened, as lists; counts are worked out from the beginning each time.
private final class ReadingModel {
    static let users = ["@a:hs", "@b:hs", "@c:hs"]
    private static let rooms = ["!r:hs", "!s:hs"]

    private struct Event {
        var id: String
        var room: String
        var thread: String?
        var call: String?
        var unreadBy: Set<String>
        var missedBy: Set<String> = []
    }

    private let byRoom: Bool
    private var random: SeededGenerator
    private var events: [Event] = []
    private var next = 0

    init(seed: UInt64, byRoom: Bool) {
        random = SeededGenerator(seed: seed)
        self.byRoom = byRoom
    }

    func counts(of user: String) -> UnreadBoard.Counts {
        let unread = events.filter { $0.unreadBy.contains(user) }
        return .init(
            unread: byRoom ? Set(unread.map(\.room)).count : unread.count,
            missedCalls: unread.count { $0.missedBy.contains(user) })
    }

    func step(_ pusher: Pusher) async throws {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<4: try await event(pusher)
        case 4: try await call(pusher)
        case 5: try await answer(pusher)
        case 6: try await redaction(pusher)
        default: try await receipt(pusher)
        }
    }

    private func newID() -> String {
        next += 1
        return "$\(next)"
    }

    private func someUsers() -> [String] { Self.users.filter { _ in Bool.random(using: &random) } }
    private func room() -> String { Self.rooms.randomElement(using: &random) ?? "" }

    private func event(_ pusher: Pusher) async throws {
        let (id, room, users) = (newID(), room(), someUsers())
        let root = events.filter { $0.room == room && $0.thread == nil }.randomElement(using: &random)?.id
        let thread = Bool.random(using: &random) ? root : nil
        events.append(Event(id: id, room: room, thread: thread, unreadBy: Set(users)))
        try await pusher.send(id, in: room, from: "@sender:hs", thread: thread, to: users)
    }

    private func call(_ pusher: Pusher) async throws {
        let (id, room, users) = (newID(), room(), someUsers())
        events.append(Event(id: id, room: room, call: "c\(id)", unreadBy: Set(users), missedBy: Set(users)))
        try await pusher.send(
            id, in: room, from: "@sender:hs", type: "m.call.invite", content: #"{"call_id":"c\#(id)"}"#, to: users)
    }

    private func answer(_ pusher: Pusher) async throws {
        guard let call = events.compactMap(\.call).randomElement(using: &random),
            let user = Self.users.randomElement(using: &random)
        else { return }
        for index in events.indices where events[index].call == call { events[index].missedBy.remove(user) }
        let type = Bool.random(using: &random) ? "m.call.answer" : "m.call.reject"
        try await pusher.send(newID(), in: "!r:hs", from: user, type: type, content: #"{"call_id":"\#(call)"}"#, to: [])
    }

    private func redaction(_ pusher: Pusher) async throws {
        guard let index = events.indices.randomElement(using: &random) else { return }
        events[index].unreadBy = []
        try await pusher.redact(events[index].id, inContent: Bool.random(using: &random))
    }

    private func receipt(_ pusher: Pusher) async throws {
        guard let user = Self.users.randomElement(using: &random) else { return }
        let room = room()
        let known = events.indices.filter { events[$0].room == room }.randomElement(using: &random)
        let target = Int.random(in: 0..<5, using: &random) == 0 ? nil : known
        let roots = Set(events.compactMap { $0.room == room ? $0.thread : nil }).sorted()
        let thread = [nil, "main", roots.randomElement(using: &random)].randomElement(using: &random) ?? nil
        for index in events.indices where events[index].room == room && index <= target ?? .max {
            guard thread == nil || (events[index].thread ?? "main") == thread else { continue }
            events[index].unreadBy.remove(user)
        }
        try await pusher.receipt(target.map { events[$0].id } ?? "$unknown", in: room, of: user, thread: thread)
    }
}
