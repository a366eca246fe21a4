import MatrixPusher
import PushJSON
import Synchronization
import Testing

/// From a transaction to a gateway, over loopback.
@Suite(.timeLimit(.minutes(5)))
struct PusherDeliveryTests {
    @Test func `What is submitted arrives as the specification says`() async throws {
        let gateway = try ScriptedGateway()
        defer { gateway.stop() }
        let fixture = try PusherFixture()
        let pusher = try fixture.start()
        try await pusher.register("key", at: gateway.url)
        try await pusher.submit("t1", event: "$1")
        await gateway.wait(for: 1)
        let queue = try await fixture.stop()
        #expect(try await queue.status().queue.pending == 0)
        let notification = try #require(gateway.received.first?.notification)
        #expect(notification["event_id"]?.string == "$1")
        #expect(notification["room_id"]?.string == "!r:hs")
        #expect(notification["sender"]?.string == "@alice:hs")
        #expect(notification["type"]?.string == "m.room.message")
        #expect(notification["room_name"]?.string == "Room")
        #expect(notification["prio"]?.string == "low")
        #expect(notification["content"]?["number"].map { Array($0.sourceBytes) } == Array("1e3".utf8))
        let devices = notification["devices"]?.elements.map { Array(IteratorSequence($0)) } ?? []
        #expect(devices.map { $0["app_id"]?.string } == ["app"])
        #expect(devices.map { $0["pushkey"]?.string } == ["key"])
        #expect(devices.map { $0["data"]?.count } == [0])
    }

    @Test func `Every pusher gets its notifications in order, whatever fails in between`() async throws {
        let random = Mutex(SeededGenerator(seed: 4))
        let accepted = Mutex<[String: [String]]>([:])
        let gateway = try ScriptedGateway { _, received in
            switch random.withLock({ Int.random(in: 0..<10, using: &$0) }) {
            case 0: return .status("500 Error")
            case 1: return .status("503 Later")
            case 2: return .hangUp
            default:
                accepted.withLock { $0[received.pushkey ?? "", default: []].append(received.eventID ?? "") }
                return .ok
            }
        }
        defer { gateway.stop() }
        let fixture = try PusherFixture { configuration in
            configuration.retry.initial = .milliseconds(1)
            configuration.retry.max = .milliseconds(4)
            configuration.delivery.probeMax = .milliseconds(4)
        }
        let pusher = try fixture.start()
        let users = (0..<6).map { "@u\($0):hs" }
        for user in users { try await pusher.register("key-\(user)", of: user, at: gateway.url) }
        let events = (0..<40).map { "$\($0)" }
        for event in events { try await pusher.submit("t\(event)", event: event, to: users) }
        let total = users.count * events.count
        await gateway.wait { _ in accepted.withLock { $0.values.reduce(0) { $0 + $1.count } } == total }
        let queue = try await fixture.stop()
        // The last answer may have been on its way when delivery ended: it was waited for.
        #expect(try await queue.status().queue.pending == 0)
        for user in users { #expect(accepted.withLock { $0["key-\(user)"] } == events) }
        #expect(try await queue.status().pushers.failing == 0)
    }

    @Test func `A rejected pushkey takes the pusher and its queue with it`() async throws {
        let gateway = try ScriptedGateway { _, received in received.pushkey == "bad" ? .rejecting("bad") : .ok }
        defer { gateway.stop() }
        let fixture = try PusherFixture()
        let pusher = try fixture.open()
        try await pusher.register("bad", of: "@bob:hs", at: gateway.url)
        try await pusher.register("good", of: "@eve:hs", at: gateway.url)
        for event in 1...5 { try await pusher.submit("t\(event)", event: "$\(event)", to: ["@bob:hs", "@eve:hs"]) }
        fixture.run(pusher)
        await gateway.wait { $0.count { $0.pushkey == "good" } == 5 && $0.contains { $0.pushkey == "bad" } }
        let queue = try await fixture.stop()
        #expect(gateway.received.count { $0.pushkey == "bad" } == 1)
        let status = try await queue.status()
        #expect(status.pushers.total == 1)
        #expect(status.queue.pending == 0)
        #expect(status.queue.dead == 0)
    }

    @Test func `An address that policy refuses becomes a dead letter`() async throws {
        let gateway = try ScriptedGateway()
        defer { gateway.stop() }
        let fixture = try PusherFixture { $0.network.ipRangeAllowlist = ["127.0.0.1/32"] }
        let pusher = try fixture.start()
        try await pusher.register("k1", of: "@bob:hs", at: "http://127.0.0.2:\(gateway.port)/_matrix/push/v1/notify")
        try await pusher.register("k2", of: "@eve:hs", at: gateway.url)
        // Both are taken at the same time, so that the one has ended when the other has.
        try await pusher.submit("t1", event: "$1", to: ["@bob:hs", "@eve:hs"])
        await gateway.wait(for: 1)
        let queue = try await fixture.stop()
        #expect(gateway.received.map(\.pushkey) == ["k2"])
        var filter = NotificationFilter()
        filter.state = .dead
        let letters = try await queue.notifications(filter)
        #expect(letters.map(\.pushkey) == ["k1"])
        let detail = try await queue.notification(id: letters.first?.id ?? 0)
        #expect(detail?.summary.death?.reason == .blockedAddress)
        #expect(detail?.attempts.map(\.outcome) == ["blocked_address"])
    }

    @Test func `What is too large goes once more in the short format`() async throws {
        let gateway = try ScriptedGateway { index, _ in index == 0 ? .status("413 Too Large") : .ok }
        defer { gateway.stop() }
        let fixture = try PusherFixture()
        let pusher = try fixture.start()
        try await pusher.register("key", at: gateway.url)
        try await pusher.submit("t1", event: "$1")
        await gateway.wait(for: 2)
        #expect(try await fixture.stop().status().queue.pending == 0)
        #expect(gateway.received[0].notification?["content"] != nil)
        #expect(gateway.received[1].notification?["content"] == nil)
        #expect(gateway.received[1].eventID == "$1")
    }

    @Test func `A pusher set anew at another gateway takes its queue there at once`() async throws {
        let old = try ScriptedGateway(.status("503 Later", headers: ["Retry-After: 600"]))
        let new = try ScriptedGateway()
        defer {
            old.stop()
            new.stop()
        }
        let fixture = try PusherFixture()
        let pusher = try fixture.start()
        try await pusher.register("key", at: old.url)
        try await pusher.submit("t1", event: "$1")
        try await pusher.submit("t2", event: "$2")
        await old.wait(for: 1)
        try await pusher.register("key", at: new.url)
        await new.wait(for: 2)
        #expect(try await fixture.stop().status().queue.pending == 0)
        #expect(new.received.map(\.eventID) == ["$1", "$2"])
        #expect(old.received.count == 1)
    }

    @Test func `Without append a pusher replaces those of other users with its pushkey`() async throws {
        let gateway = try ScriptedGateway()
        defer { gateway.stop() }
        let fixture = try PusherFixture()
        let pusher = try fixture.open()
        try await pusher.register("key", of: "@bob:hs", at: gateway.url)
        try await pusher.submit("t1", event: "$1", to: ["@bob:hs"])
        try await pusher.register("key", of: "@eve:hs", at: gateway.url, append: true)
        #expect(try await pusher.pushers(of: "@bob:hs").count == 1)
        try await pusher.register("key", of: "@eve:hs", at: gateway.url, append: false)
        #expect(try await pusher.pushers(of: "@bob:hs").isEmpty)
        #expect(try await pusher.pushers(of: "@eve:hs").map(\.pushkey) == ["key"])
        #expect(try await pusher.status().queue.pending == 0)
        #expect(
            try await pusher.submit("t2", event: "$2", to: ["@bob:hs", "@eve:hs"])
                == transactionAnswer(accepted: 1, notifications: 1))
        fixture.run(pusher)
        await gateway.wait(for: 1)
        #expect(try await fixture.stop().status().queue.pending == 0)
        #expect(gateway.received.map(\.eventID) == ["$2"])
    }

    @Test func `A pusher that is deleted gets nothing more`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.start()
        try await pusher.register("key", at: "http://127.0.0.1:1/_matrix/push/v1/notify")
        try await pusher.submit("t1", event: "$1")
        let body = #"{"app_id":"app","pushkey":"key","kind":null}"#
        try await pusher.setPusher(userID: "@eve:hs", deviceID: nil, body: Array(body.utf8))
        #expect(try await pusher.pushers(of: "@bob:hs").count == 1)
        try await pusher.setPusher(userID: "@bob:hs", deviceID: nil, body: Array(body.utf8))
        #expect(try await pusher.pushers(of: "@bob:hs").isEmpty)
        #expect(try await pusher.submit("t2", event: "$2") == transactionAnswer(accepted: 1, notifications: 0))
        #expect(try await fixture.stop().status().queue.pending == 0)
    }

    @Test func `A disabled pusher is not queued for`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.start()
        try await pusher.register(
            "key", at: "http://127.0.0.1:1/_matrix/push/v1/notify", members: #","org.matrix.msc3881.enabled":false"#)
        #expect(try await pusher.submit("t1", event: "$1") == transactionAnswer(accepted: 1, notifications: 0))
        #expect(try await pusher.pushers(of: "@bob:hs").map(\.isEnabled) == [false])
        try await fixture.stop()
    }
}
