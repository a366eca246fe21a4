import PushJSON
import Testing

@testable import MatrixPusher

/// Receipts, redactions, counts and badges, from the transaction to what a gateway gets.
@Suite(.timeLimit(.minutes(5)))
struct ReadingTests {
    private static let closed = "http://127.0.0.1:1/_matrix/push/v1/notify"

    @Test func `A receipt cancels what is queued of the room up to its event, and nothing else`() async throws {
        let fixture = try PusherFixture { $0.push.groupUnreadCountByRoom = false }
        let pusher = try fixture.open()
        try await pusher.register("key", at: Self.closed)
        for (event, room) in [("$1", "!a:hs"), ("$2", "!a:hs"), ("$3", "!b:hs"), ("$4", "!a:hs")] {
            try await pusher.send(event, in: room)
        }
        try await pusher.receipt("$2", in: "!a:hs")
        let left = try await pusher.notifications(NotificationFilter()).compactMap(\.eventID)
        #expect(left == ["$3", "$4"])
        #expect(try await pusher.status().queue.pending == 3, "the two events and the counts-only push")
        let listed = try await pusher.notifications(NotificationFilter())
        #expect(listed.map(\.kind) == [.event, .event, .counts])
        let badge = try #require(listed.last)
        #expect(try await pusher.notification(id: badge.id)?.summary == badge)
        var filter = NotificationFilter()
        filter.gateway = "127.0.0.1"
        #expect(try await pusher.notifications(filter) == listed)
        filter.gateway = "elsewhere"
        #expect(try await pusher.notifications(filter).isEmpty)
        #expect(try await pusher.status().recent.cancelledByReason[.read] == 2)
    }

    @Test func `A receipt of a thread leaves the main timeline alone`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.open()
        try await pusher.register("key", at: Self.closed)
        try await pusher.send("$root", in: "!a:hs")
        try await pusher.send("$t1", in: "!a:hs", thread: "$root")
        try await pusher.send("$m1", in: "!a:hs")
        try await pusher.receipt("$t1", in: "!a:hs", thread: "$root")
        #expect(try await pusher.queued() == ["$root", "$m1"])
        try await pusher.send("$t2", in: "!a:hs", thread: "$root")
        try await pusher.receipt("$m1", in: "!a:hs", thread: "main")
        #expect(try await pusher.queued() == ["$t2"])
        try await pusher.receipt("$t2", in: "!a:hs")
        #expect(try await pusher.queued().isEmpty)
    }

    @Test func `A receipt for an event that is not known covers what was there when it came`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.open()
        try await pusher.register("key", at: Self.closed)
        try await pusher.send("$1", in: "!a:hs")
        try await pusher.receipt("$unknown", in: "!a:hs")
        try await pusher.send("$2", in: "!a:hs")
        #expect(try await pusher.queued() == ["$2"])
    }

    @Test func `Redactions of either form cancel for every recipient`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.open()
        try await pusher.register("k1", of: "@bob:hs", at: Self.closed)
        try await pusher.register("k2", of: "@eve:hs", at: Self.closed)
        for event in ["$1", "$2", "$3"] { try await pusher.send(event, in: "!a:hs", to: ["@bob:hs", "@eve:hs"]) }
        try await pusher.redact("$1", inContent: false)
        try await pusher.redact("$3", inContent: true)
        #expect(try await pusher.queued() == ["$2", "$2"])
        #expect(try await pusher.status().recent.cancelledByReason[.redacted] == 4)
        #expect(pusher.counts(of: "@bob:hs") == .init(unread: 1, missedCalls: 0))
    }

    @Test func `What was in flight when its event was redacted is not sent again after a restart`() async throws {
        let gateway = try ScriptedGateway(.silence)
        defer { gateway.stop() }
        let fixture = try PusherFixture { $0.delivery.shutdownTimeout = .zero }
        let pusher = try fixture.start()
        try await pusher.register("key", at: gateway.url)
        try await pusher.send("$1", in: "!a:hs")
        await gateway.wait(for: 1)
        try await pusher.redact("$1", inContent: true)
        #expect(try await fixture.stop().status().queue.pending == 0)
    }

    @Test func `Each request carries the newest counts, and a receipt brings one counts-only push`() async throws {
        let gateway = try ScriptedGateway()
        defer { gateway.stop() }
        let fixture = try PusherFixture { $0.push.groupUnreadCountByRoom = false }
        let pusher = try fixture.start()
        try await pusher.register("key", at: gateway.url)
        try await pusher.send("$1", in: "!a:hs")
        try await pusher.send("$2", in: "!a:hs")
        await gateway.wait(for: 2)
        try await pusher.receipt("$2", in: "!a:hs")
        await gateway.wait(for: 3)
        // The same receipt again changes nothing, and so brings nothing.
        try await pusher.receipt("$2", in: "!a:hs")
        try await pusher.send("$3", in: "!a:hs")
        await gateway.wait(for: 4)
        try await fixture.stop()
        let last = gateway.received.suffix(2)
        #expect(
            last.first.map { String(decoding: $0.notification?["counts"]?.sourceBytes ?? [], as: UTF8.self) }
                == #"{"unread":0,"missed_calls":0}"#)
        #expect(last.first?.notification?["prio"]?.string == "low")
        #expect(last.first?.eventID == nil)
        #expect(last.last?.notification?["counts"]?["unread"]?.integer == 1)
        #expect(gateway.received.count == 4)
    }

    @Test func `Counts of the homeserver are the truth from then on, also in receipts`() async throws {
        let gateway = try ScriptedGateway()
        defer { gateway.stop() }
        let fixture = try PusherFixture()
        let pusher = try fixture.start()
        try await pusher.register("key", at: gateway.url)
        try await pusher.send("$1", in: "!a:hs", counts: #"{"unread":5,"missed_calls":2}"#)
        await gateway.wait(for: 1)
        try await pusher.send("$2", in: "!b:hs")
        await gateway.wait(for: 2)
        try await pusher.receipt("$2", in: "!b:hs", counts: #"{"unread":4}"#)
        await gateway.wait(for: 3)
        try await fixture.stop()
        #expect(gateway.received.map { $0.notification?["counts"]?["unread"]?.integer } == [5, 5, 4])
        #expect(gateway.received.map { $0.notification?["counts"]?["missed_calls"]?.integer } == [2, 2, 0])
    }

    @Test func `A pusher that hides its badge gets no counts anywhere`() async throws {
        let gateway = try ScriptedGateway()
        defer { gateway.stop() }
        let fixture = try PusherFixture()
        let pusher = try fixture.start()
        let data = #"{"url":"\#(gateway.url)","org.matrix.msc4076.disable_badge_count":true}"#
        try await pusher.register("key", data: data)
        try await pusher.send("$1", in: "!a:hs", counts: #"{"unread":5}"#)
        await gateway.wait(for: 1)
        try await pusher.receipt("$1", in: "!a:hs")
        try await pusher.send("$2", in: "!a:hs")
        await gateway.wait(for: 2)
        try await fixture.stop()
        #expect(gateway.received.map(\.eventID) == ["$1", "$2"])
        #expect(gateway.received.allSatisfy { $0.notification?["counts"] == nil })
    }

    @Test func `Without badge updates a receipt sends nothing`() async throws {
        let fixture = try PusherFixture { $0.push.badgeUpdates = false }
        let pusher = try fixture.open()
        try await pusher.register("key", at: Self.closed)
        try await pusher.send("$1", in: "!a:hs")
        try await pusher.receipt("$1", in: "!a:hs")
        #expect(try await pusher.status().queue.pending == 0)
        #expect(pusher.counts(of: "@bob:hs") == .init(unread: 0, missedCalls: 0))
    }

    @Test func `A counts-only push survives a restart and is coalesced`() async throws {
        let gateway = try ScriptedGateway()
        defer { gateway.stop() }
        let fixture = try PusherFixture { $0.push.groupUnreadCountByRoom = false }
        let first = try fixture.open()
        try await first.register("key", at: gateway.url)
        for event in ["$1", "$2", "$3"] { try await first.send(event, in: "!a:hs") }
        try await first.receipt("$1", in: "!a:hs")
        try await first.receipt("$2", in: "!a:hs")
        fixture.run(first)
        await gateway.wait(for: 2)
        try await fixture.stop()
        #expect(gateway.received.map(\.eventID) == ["$3", nil])
        #expect(gateway.received.last?.notification?["counts"]?["unread"]?.integer == 1)
        // Asked for while nothing ran, and sent after the start.
        let second = try fixture.open()
        try await second.receipt("$3", in: "!a:hs")
        fixture.run(second)
        await gateway.wait(for: 3)
        try await fixture.stop()
        #expect(gateway.received.last?.notification?["counts"]?["unread"]?.integer == 0)
    }

    @Test func `A call is missed until it is read or answered by the user`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.open()
        try await pusher.register("key", at: Self.closed)
        try await pusher.send("$c1", in: "!a:hs", type: "m.call.invite", content: #"{"call_id":"c1","lifetime":60000}"#)
        try await pusher.send("$c2", in: "!a:hs", type: "m.call.invite", content: #"{"call_id":"c2","lifetime":60000}"#)
        #expect(pusher.counts(of: "@bob:hs") == .init(unread: 1, missedCalls: 2))
        try await pusher.send(
            "$other", in: "!a:hs", from: "@eve:hs", type: "m.call.answer", content: #"{"call_id":"c1"}"#, to: [])
        #expect(pusher.counts(of: "@bob:hs").missedCalls == 2)
        try await pusher.send(
            "$own", in: "!a:hs", from: "@bob:hs", type: "m.call.answer", content: #"{"call_id":"c1"}"#, to: [])
        #expect(pusher.counts(of: "@bob:hs") == .init(unread: 1, missedCalls: 1))
        try await pusher.receipt("$c2", in: "!a:hs")
        #expect(pusher.counts(of: "@bob:hs") == .init(unread: 0, missedCalls: 0))
    }

    @Test func `Malformed receipts are refused one by one`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.open()
        let body = """
            {"receipts":[{"user_id":"@bob:hs","room_id":"!r:hs"},7,{"user_id":"bob","room_id":"!r:hs","event_id":"$e"},
            {"user_id":"@bob:hs","room_id":"!r:hs","event_id":"$e","counts":{"unread":-1}},
            {"user_id":"@bob:hs","room_id":"!r:hs","event_id":"$e","thread_id":5},
            {"user_id":"@bob:hs","room_id":"!r:hs","event_id":"$e"}]}
            """
        let answer = try await pusher.submit(transactionID: "t", body: Array(body.utf8))
        let rejected = try JSONDocument(parsing: answer).root["rejected"]
        let errors = rejected?.elements.map { Array($0) }?.compactMap { $0["error"]?.string } ?? []
        #expect(
            errors == [
                "event_id is missing", "the element must be an object", "user_id is not a Matrix user ID",
                "counts.unread must be a whole number, zero or more", "thread_id must be a string",
            ])
    }

    @Test func `The same transaction with events and receipts again changes nothing`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.open()
        try await pusher.register("key", at: Self.closed)
        let body = """
            {"events":[{"event":{"event_id":"$1","room_id":"!r:hs","type":"m.room.message","sender":"@a:hs","content":{}},
            "recipients":[{"user_id":"@bob:hs"}]},{"event":{"event_id":"$2","room_id":"!r:hs","type":"m.room.message",
            "sender":"@a:hs","content":{}},"recipients":[{"user_id":"@bob:hs"}]}],
            "receipts":[{"user_id":"@bob:hs","room_id":"!r:hs","event_id":"$1"}]}
            """
        let first = try await pusher.submit(transactionID: "t", body: Array(body.utf8))
        #expect(String(decoding: first, as: UTF8.self) == transactionAnswer(accepted: 2, notifications: 2))
        #expect(try await pusher.queued() == ["$2"])
        #expect(try await pusher.submit(transactionID: "t", body: Array(body.utf8)) == first)
        #expect(try await pusher.queued() == ["$2"])
    }

    @Test func `Rules that mute a room take what is queued of it out, but not what the homeserver decided`()
        async throws
    {
        let fixture = try PusherFixture()
        let pusher = try fixture.open()
        try await pusher.register("key", at: Self.closed)
        try await pusher.send("$1", in: "!a:hs")
        try await pusher.send("$2", in: "!b:hs")
        try await pusher.send("$3", in: "!a:hs", actions: #"["notify"]"#)
        let rules = #"{"global":{"room":[{"rule_id":"!a:hs","actions":[],"enabled":true,"default":false}]}}"#
        try await pusher.setPushRules(userID: "@bob:hs", body: Array(rules.utf8))
        #expect(try await pusher.queued() == ["$2", "$3"])
        #expect(try await pusher.status().recent.cancelledByReason[.muted] == 1)
        try await pusher.send("$4", in: "!a:hs")
        #expect(try await pusher.queued() == ["$2", "$3"])
    }

    @Test func `The history tells what was read, page by page`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.open()
        for number in 1...5 { try await pusher.send("$\(number)", in: "!a:hs") }
        try await pusher.receipt("$2", in: "!a:hs")
        let page = try await pusher.history(of: "@bob:hs", from: nil, limit: 3, onlyHighlight: false)
        #expect(page.entries.map(\.isRead) == [false, false, false])
        let rest = try await pusher.history(of: "@bob:hs", from: page.nextToken, limit: 3, onlyHighlight: false)
        #expect(rest.entries.map(\.isRead) == [true, true])
        #expect(rest.nextToken == nil)
        #expect(try await pusher.history(of: "@bob:hs", from: nil, limit: 9, onlyHighlight: true).entries.isEmpty)
        #expect(try JSONDocument(parsing: rest.entries[0].event).root["event_id"]?.string == "$2")
        await #expect(throws: PusherError.self) {
            try await pusher.history(of: "@bob:hs", from: "x", limit: 3, onlyHighlight: false)
        }
    }

    @Test func `An event with more recipients than one number holds is one event to receipts and redactions`()
        async throws
    {
        let fixture = try PusherFixture()
        let pusher = try fixture.open()
        let users = (0..<5000).map { "@u\($0):hs" }
        for user in ["@u1:hs", "@u4999:hs"] { try await pusher.register("key", of: user, at: Self.closed) }
        try await pusher.send("$1", in: "!a:hs", to: users)
        try await pusher.send("$2", in: "!a:hs", to: users)
        try await pusher.receipt("$1", in: "!a:hs", of: "@u4999:hs")
        #expect(try await pusher.queued().sorted() == ["$1", "$2", "$2"])
        try await pusher.redact("$2", inContent: true)
        #expect(try await pusher.queued() == ["$1"])
        #expect(pusher.counts(of: "@u4999:hs").unread == 0)
        #expect(pusher.counts(of: "@u1:hs").unread == 1)
    }
}
