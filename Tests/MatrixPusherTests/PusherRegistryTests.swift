import MatrixPusher
import Testing

/// How pushers are set, end and come back; nothing is delivered unless a test says so.
@Suite struct PusherRegistryTests {
    private static let url = "http://127.0.0.1:9/_matrix/push/v1/notify"

    private func register(
        _ pusher: Pusher, _ pushkey: String, of userID: String = "@bob:hs", device: String? = nil, append: Bool = true,
        members: String = ""
    ) async throws {
        let body = """
            {"app_id":"app","pushkey":"\(pushkey)","kind":"http","app_display_name":"App","device_display_name":"Phone",\
            "lang":"en","data":{"url":"\(Self.url)"},"append":\(append)\(members)}
            """
        try await pusher.setPusher(userID: userID, deviceID: device, body: Array(body.utf8))
    }

    private func all(_ pusher: Pusher) async throws -> [PusherSummary] { try await pusher.pushers(PusherFilter()) }

    private func removed(_ pusher: Pusher) async throws -> [RemovedPusherSummary] {
        try await pusher.removedPushers(since: 0, limit: 100)
    }

    @Test func `What is set again keeps its id and its queue`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.open()
        try await register(pusher, "key", device: "A")
        try await pusher.submit("t", event: "$1")
        let first = try #require(try await all(pusher).first)
        #expect(first.queued == 1 && first.deviceID == "A")
        try await register(pusher, "key", device: "B")
        let second = try #require(try await all(pusher).first)
        #expect(second.id == first.id && second.queued == 1 && second.deviceID == "B")
        #expect(try await removed(pusher).isEmpty)
    }

    @Test func `What can not be set changes nothing`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.open()
        try await register(pusher, "key")
        try await pusher.submit("t", event: "$1")
        let before = try await all(pusher)
        for members in [#","org.matrix.msc3881.enabled":0"#, #","profile_tag":7"#, #","enabled":"no""#] {
            await #expect(throws: PusherError.self) {
                try await register(pusher, "key", of: "@eve:hs", append: false, members: members)
            }
            await #expect(throws: PusherError.self) { try await register(pusher, "key", members: members) }
        }
        #expect(try await all(pusher) == before)
        #expect(try await removed(pusher).isEmpty)
    }

    @Test(arguments: ["enabled", "org.matrix.msc3881.enabled"])
    func `A pusher that is disabled loses its queue and gets nothing until it is enabled`(name: String) async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.open()
        try await register(pusher, "key")
        try await register(pusher, "other")
        try await pusher.submit("1", event: "$1")
        try await pusher.submit("2", event: "$2")
        try await register(pusher, "key", members: #","\#(name)":false"#)
        #expect(try await all(pusher).map(\.queued) == [0, 2])
        #expect(try await all(pusher).map(\.isEnabled) == [false, true])
        #expect(try await pusher.status().recent.cancelled == 2)
        #expect(try await pusher.status().queue.pending == 2)
        #expect(try await pusher.submit("3", event: "$3") == transactionAnswer(accepted: 1, notifications: 1))
        try await register(pusher, "key")
        #expect(try await pusher.submit("4", event: "$4") == transactionAnswer(accepted: 1, notifications: 2))
        #expect(try await all(pusher).map(\.queued) == [1, 4])
        #expect(try await removed(pusher).isEmpty)
    }

    @Test func `Without append another user's pusher is replaced, with its queue`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.open()
        try await register(pusher, "key", of: "@bob:hs")
        try await pusher.submit("t", event: "$1")
        try await register(pusher, "key", of: "@eve:hs", append: true)
        #expect(try await all(pusher).map(\.userID) == ["@bob:hs", "@eve:hs"])
        try await register(pusher, "key", of: "@eve:hs", append: false)
        #expect(try await all(pusher).map(\.userID) == ["@eve:hs"])
        #expect(try await pusher.status().queue.pending == 0)
        #expect(try await pusher.status().recent.cancelled == 1)
        let tombstone = try #require(try await removed(pusher).first)
        #expect(tombstone.userID == "@bob:hs" && tombstone.reason == .replaced && !tombstone.isRestorable)
        await #expect { try await pusher.restorePusher(removal: tombstone.sequence) } throws: {
            ($0 as? PusherError)?.code == .invalidParam
        }
    }

    @Test func `Logging devices out takes their pushers`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.open()
        for device in ["A", "B", "C"] { try await register(pusher, "key\(device)", device: device) }
        try await register(pusher, "none")
        try await register(pusher, "eve", of: "@eve:hs", device: "A")
        try await pusher.submit("t", event: "$1")
        let two = Array(#"{"device_ids":["A","B","X"]}"#.utf8)
        #expect(try await pusher.logOut(userID: "@bob:hs", body: two) == 2)
        #expect(try await pusher.logOut(userID: "@bob:hs", body: two) == 0)
        #expect(try await all(pusher).map(\.pushkey) == ["keyC", "none", "eve"])
        let others = Array(#"{"except_device_id":"C"}"#.utf8)
        #expect(try await pusher.logOut(userID: "@bob:hs", body: others) == 1)
        #expect(try await all(pusher).map(\.pushkey) == ["keyC", "eve"])
        let tombstones = try await removed(pusher)
        #expect(tombstones.map(\.pushkey) == ["keyA", "keyB", "none"])
        #expect(tombstones.allSatisfy { $0.reason == .logout && $0.isRestorable })
        #expect(try await pusher.status().queue.pending == 1)
        #expect(try await pusher.status().recent.cancelled == 3)
    }

    @Test func `Of a deleted user only the names of the pushers stay`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.open()
        try await register(pusher, "key", device: "A")
        try await register(pusher, "gone")
        try await register(pusher, "eve", of: "@eve:hs")
        _ = try await pusher.logOut(userID: "@bob:hs", body: Array(#"{"except_device_id":"A"}"#.utf8))
        try await pusher.setPushRules(
            userID: "@bob:hs", body: Array(#"{"global":{"room":[{"rule_id":"!q:hs","actions":[]}]}}"#.utf8))
        try await pusher.submit("t", event: "$1", to: ["@bob:hs", "@eve:hs"])
        try await pusher.deleteUser("@bob:hs")
        #expect(try await all(pusher).map(\.userID) == ["@eve:hs"])
        #expect(try await pusher.status().queue.pending == 1)
        let rules = String(decoding: try await pusher.pushRules(of: "@bob:hs"), as: UTF8.self)
        #expect(!rules.contains("!q:hs"))
        let tombstone = try #require(try await removed(pusher).first)
        #expect(try await removed(pusher).count == 1)
        #expect(tombstone.pushkey == "key" && tombstone.reason == .user && !tombstone.isRestorable)
        await #expect { try await pusher.restorePusher(removal: tombstone.sequence) } throws: {
            ($0 as? PusherError)?.code == .invalidParam
        }
        // Deleted once more, and set again: as new.
        try await pusher.deleteUser("@bob:hs")
        try await register(pusher, "key")
        #expect(try await pusher.submit("u", event: "$2") == transactionAnswer(accepted: 1, notifications: 1))
    }

    @Test func `An operator removes a pusher and takes it back`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.open()
        try await register(pusher, "key", device: "A")
        let before = try #require(try await all(pusher).first)
        let tombstone = try await pusher.removePusher(id: before.id)
        #expect(tombstone.reason == .deleted && tombstone.isRestorable && tombstone.pusherID == before.id)
        await #expect { try await pusher.removePusher(id: before.id) } throws: {
            ($0 as? PusherError)?.code == .notFound
        }
        #expect(try await pusher.submit("1", event: "$1") == transactionAnswer(accepted: 1, notifications: 0))
        var expected = try await pusher.restorePusher(removal: tombstone.sequence)
        #expect(try await all(pusher) == [expected])
        expected.id = before.id
        #expect(expected == before)
        #expect(try await pusher.submit("2", event: "$2") == transactionAnswer(accepted: 1, notifications: 1))
        #expect(try await removed(pusher).map(\.isRestorable) == [false])
        for removal in [tombstone.sequence, 4711] {
            await #expect(throws: PusherError.self) { try await pusher.restorePusher(removal: removal) }
        }
    }

    @Test func `A pusher that was removed before a restart can be restored after it`() async throws {
        let fixture = try PusherFixture()
        var pusher = try fixture.start()
        for key in ["a", "b", "c"] { try await register(pusher, key) }
        let tombstone = try await pusher.removePusher(id: try #require(try await all(pusher).first).id)
        let offline = try await fixture.stop()
        #expect(try await offline.removedPushers(since: 0, limit: 10) == [tombstone])
        pusher = try fixture.start()
        _ = try await pusher.restorePusher(removal: tombstone.sequence)
        #expect(try await all(pusher).map(\.pushkey) == ["b", "c", "a"])
        let before = try await all(pusher)
        let after = try await fixture.stop()
        #expect(try await after.pushers(PusherFilter()) == before)
        #expect(try await after.pusher(id: before[2].id) == before[2])
    }

    @Test func `Who waits is told of a removal`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.open()
        try await register(pusher, "key")
        let body = Array(#"{"kind":null,"app_id":"app","pushkey":"key"}"#.utf8)
        async let following = pusher.removedPushers(since: 0, limit: 10, timeout: .seconds(3600))
        try await pusher.setPusher(userID: "@bob:hs", deviceID: nil, body: body)
        let told = try await following
        #expect(told.map(\.reason) == [.deleted])
        // What is there is told at once.
        #expect(try await pusher.removedPushers(since: 0, limit: 10, timeout: .seconds(3600)) == told)
        async let ending = pusher.removedPushers(since: told[0].sequence, limit: 10, timeout: .seconds(3600))
        pusher.endWaiting()
        #expect(try await ending.isEmpty)
    }

    @Test func `Pushers are found by what is asked of them`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.open()
        try await register(pusher, "a")
        try await register(pusher, "b", of: "@eve:hs", members: #","enabled":false"#)
        func found(_ change: (inout PusherFilter) -> Void) async throws -> [String] {
            var filter = PusherFilter()
            change(&filter)
            return try await pusher.pushers(filter).map(\.pushkey)
        }
        #expect(try await found { _ in } == ["a", "b"])
        #expect(try await found { $0.limit = 1 } == ["a"])
        #expect(try await found { $0.userID = "@eve:hs" } == ["b"])
        #expect(try await found { $0.state = .ok } == ["a"])
        #expect(try await found { $0.state = .disabled } == ["b"])
        #expect(try await found { $0.state = .failing } == [])
        #expect(try await found { $0.gateway = "127.0.0.1" } == ["a", "b"])
        #expect(try await found { $0.appID = "other" } == [])
    }
}
