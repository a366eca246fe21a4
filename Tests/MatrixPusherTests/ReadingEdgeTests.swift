import PushJSON
import Testing

@testable import MatrixPusher

/// Receipts, counts and badges where pushers, restarts and repetitions come in between.
@Suite(.timeLimit(.minutes(5)))
struct ReadingEdgeTests {
    private static let closed = "http://127.0.0.1:1/_matrix/push/v1/notify"

    private func submit(_ id: String, _ events: [String], to user: String, with pusher: Pusher) async throws {
        let list = events.map {
            """
            {"event":{"event_id":"\($0)","room_id":"!a:hs","type":"m.room.message","sender":"@alice:hs","content":{}},\
            "recipients":[{"user_id":"\(user)","actions":["notify"]}]}
            """
        }
        let body = #"{"events":[\#(list.joined(separator: ","))]}"#
        _ = try await pusher.submit(transactionID: id, body: Array(body.utf8))
    }

    @Test func `An event that comes again for another user takes nothing between with it`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.open()
        for user in ["@bob:hs", "@eve:hs"] { try await pusher.register("key", of: user, at: Self.closed) }
        for event in ["$1", "$2", "$3"] { try await submit("b\(event)", [event], to: "@bob:hs", with: pusher) }
        try await submit("e", ["$1"], to: "@eve:hs", with: pusher)
        try await pusher.receipt("$1", in: "!a:hs")
        #expect(try await pusher.queued() == ["$2", "$3", "$1"])
        try await pusher.redact("$1", inContent: false)
        #expect(try await pusher.queued() == ["$2", "$3"])
        try await submit("e2", ["$2", "$3"], to: "@eve:hs", with: pusher)
        try await pusher.receipt("$2", in: "!a:hs", of: "@eve:hs")
        #expect(try await pusher.queued() == ["$2", "$3", "$3"])
    }

    @Test func `A pusher set after the events knows the counts, whoever keeps them`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.open()
        try await pusher.send("$1", in: "!a:hs", to: ["@bob:hs"])
        try await pusher.send("$2", in: "!a:hs", to: ["@eve:hs"], counts: #"{"unread":5}"#)
        for user in ["@bob:hs", "@eve:hs"] { try await pusher.register("key", of: user, at: Self.closed) }
        #expect(pusher.counts(of: "@bob:hs").unread == 1)
        #expect(pusher.counts(of: "@eve:hs").unread == 5)
    }

    @Test func `A receipt that changes nothing brings no counts-only push, also after a restart`() async throws {
        let fixture = try PusherFixture()
        let first = try fixture.open()
        try await first.register("key", at: Self.closed)
        try await first.receipt("$x", in: "!a:hs")
        #expect(try await first.status().queue.pending == 0)
        fixture.run(first)
        try await fixture.stop()
        let second = try fixture.open()
        try await second.receipt("$x", in: "!a:hs")
        #expect(try await second.status().queue.pending == 0)
    }

    @Test func `A pusher that comes to hide its badge is not sent one that was queued`() async throws {
        let fixture = try PusherFixture()
        let first = try fixture.open()
        try await first.register("key", at: Self.closed)
        try await first.send("$1", in: "!a:hs")
        try await first.receipt("$1", in: "!a:hs")
        #expect(try await first.status().queue.pending == 1)
        try await first.register("key", data: #"{"url":"\#(Self.closed)","disable_badge_count":true}"#)
        #expect(try await first.status().queue.pending == 0)
        // Writes are stored in order: with this one its deletion is.
        try await first.register("other key", at: Self.closed)
        #expect(try await first.notifications(NotificationFilter()).isEmpty)
        fixture.run(first)
        try await fixture.stop()
        #expect(try await fixture.open().notifications(NotificationFilter()).isEmpty)
    }

    @Test func `Without badge updates those queued before are not sent`() async throws {
        let fixture = try PusherFixture()
        let first = try fixture.open()
        try await first.register("key", at: Self.closed)
        try await first.send("$1", in: "!a:hs")
        fixture.run(first)
        try await first.receipt("$1", in: "!a:hs")
        try await fixture.stop()
        fixture.configuration.push.badgeUpdates = false
        #expect(try await fixture.open().status().queue.pending == 0)
    }

    @Test func `What a board has forgotten does not come back with a restart`() async throws {
        let fixture = try PusherFixture { $0.push.groupUnreadCountByRoom = false }
        let first = try fixture.open()
        try await first.register("key", at: Self.closed)
        let events = (0..<UnreadBoard.itemsPerUser * 6 / 5).map { "$\($0)" }
        try await submit("t", events, to: "@bob:hs", with: first)
        let counts = first.counts(of: "@bob:hs")
        #expect(counts.unread < events.count)
        fixture.run(first)
        try await fixture.stop()
        let second = try fixture.open()
        #expect(second.counts(of: "@bob:hs") == counts)
        try await second.receipt("$unknown", in: "!a:hs")
        #expect(second.counts(of: "@bob:hs").unread == 0)
        fixture.run(second)
        try await fixture.stop()
        #expect(try fixture.open().counts(of: "@bob:hs").unread == 0)
    }

    @Test func `No id of a counts-only push is out of range`() async throws {
        let pusher = try PusherFixture().open()
        #expect(try await pusher.notification(id: .min) == nil)
    }
}
