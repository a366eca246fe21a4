internal import Testing

@testable internal import PushQueue

@Suite struct PusherTests {
    let folder = TestFolder()
    let queue: SQLiteQueue
    let reader: any NotificationQueueReader

    init() throws {
        queue = try SQLiteQueue.open(folder)
        reader = try queue.makeReader()
    }

    @Test func `Every field comes back as it was set`() async throws {
        var fields = PusherFields.test()
        fields.deviceID = nil
        fields.profileTag = "tag"
        fields.enabled = false
        fields.kind = "email"
        fields.appDisplayName = "Ä\u{0}😀"
        fields.pushkey = ""
        fields.data = Array("{}".utf8)
        let set = try await queue.setPusher(fields, at: 12_345_678)
        #expect(set.created)
        #expect(set.pusher.fields == fields)
        #expect(set.pusher.pushkeyTimestamp == 12_345)
        #expect(set.pusher.createdAt == 12_345_678)
        #expect(try reader.pusher(set.pusher.id) == set.pusher)
        #expect(try reader.allPushers() == [set.pusher])
        #expect(try reader.pushers(of: "@bob:hs") == [set.pusher])
        #expect(try reader.pushers(of: "@BOB:hs").isEmpty)
        #expect(try reader.pushers(appID: "app", pushkey: "") == [set.pusher])
    }

    @Test func `Set again it keeps its id and starts without failures`() async throws {
        let first = try await queue.setPusher(.test(), at: 1_000).pusher
        queue.updateHealth(
            of: first.id,
            to: PusherHealth(failingSince: 1, attempts: 3, nextAttemptAt: 9, lastSuccessAt: 7, lastError: "x"))
        var fields = PusherFields.test(host: "other.example.org")
        fields.lang = "de"
        let second = try await queue.setPusher(fields, at: 90_000)
        #expect(!second.created)
        #expect(
            second.pusher
                == PusherRow(
                    id: first.id, fields: fields, pushkeyTimestamp: 90, createdAt: 1_000,
                    health: PusherHealth(lastSuccessAt: 7)))
        #expect(try reader.allPushers() == [second.pusher])
    }

    @Test(arguments: [true, false])
    func `Only append keeps the other users' pushers`(append: Bool) async throws {
        let alice = try await queue.setPusher(.test(user: "@alice:hs")).pusher
        let otherKey = try await queue.setPusher(.test(user: "@alice:hs", pushkey: "other")).pusher
        let otherApp = try await queue.setPusher(.test(user: "@alice:hs", app: "other")).pusher
        let set = try await queue.setPusher(.test(), append: append, at: 4_000)
        #expect(set.replaced == (append ? [] : [alice.id]))
        let expected = [otherKey, otherApp, set.pusher] + (append ? [alice] : [])
        #expect(try reader.allPushers() == expected.sorted { $0.id < $1.id })
        let tombstones = try reader.removedPushers(since: 0, limit: 10)
        #expect(tombstones.map(\.pusher) == (append ? [] : [alice]))
        #expect(tombstones.allSatisfy { $0.reason == .replaced && $0.removedAt == 4_000 })
    }

    @Test func `Removal takes the queued notifications and leaves a tombstone`() async throws {
        let pusher = try await queue.setPusher(.test()).pusher
        let other = try await queue.setPusher(.test(pushkey: "other")).pusher
        let ids = try await queue.store(
            .test(events: [.test("a", for: [pusher.id, other.id]), .test("b", for: [pusher.id])]))
        queue.recordFailure(
            FailedAttempt(
                notification: ids[0], attempt: .test(), countsAttempt: true, pusher: pusher.id,
                health: PusherHealth(failingSince: 1, attempts: 1)))
        let removed = try await queue.removePushers(
            [pusher.id, 999], notifications: [ids[0], ids[2]], reason: .logout, at: 6_000)
        #expect(removed.map(\.pusher.fields) == [pusher.fields])
        #expect(removed.map(\.reason) == [.logout])
        #expect(removed.map(\.removedAt) == [6_000])
        #expect(try reader.removedPusher(sequence: removed[0].sequence) == removed[0])
        #expect(try reader.allPushers() == [other])
        #expect(try reader.allNotifications().map(\.id) == [ids[1]])
        #expect(try reader.attempts(of: ids[0]).isEmpty)
        try await queue.purgeEvents()
        #expect(try reader.allEvents().count == 1)
    }

    @Test func `What raced with a removal can be found and finished at the next start`() async throws {
        let pusher = try await queue.setPusher(.test()).pusher
        try await queue.removePushers([pusher.id])
        try await queue.store(.test(events: [.test("late", for: [pusher.id])]))
        let known = Set(try reader.allPushers().map(\.id))
        let orphans = try reader.allNotifications().filter { !known.contains($0.pusher) }
        #expect(orphans.count == 1)
        queue.finish(orphans.map { FinishedNotification(id: $0.id, hadFailures: true) })
        try await queue.purgeEvents()
        #expect(try reader.totals().pending == 0)
        #expect(try reader.allEvents().isEmpty)
    }

    @Test func `A removed pusher is restored under a new id, once`() async throws {
        let pusher = try await queue.setPusher(.test()).pusher
        queue.updateHealth(
            of: pusher.id, to: PusherHealth(failingSince: 1, attempts: 4, lastSuccessAt: 2, lastError: "e"))
        let removed = try await queue.removePushers([pusher.id])
        #expect(removed.map(\.restoredAt) == [nil])
        let restored = try await queue.restorePusher(removed[0].sequence, at: 8_000)
        #expect(restored.id > pusher.id)
        #expect(restored.fields == pusher.fields)
        #expect(restored.pushkeyTimestamp == pusher.pushkeyTimestamp)
        #expect(restored.health == PusherHealth(lastSuccessAt: 2))
        #expect(try reader.removedPusher(sequence: removed[0].sequence)?.restoredAt == 8_000)
        let again = await #expect(throws: QueueError.self) { try await queue.restorePusher(removed[0].sequence) }
        #expect(again?.code == .conflict)
        let missing = await #expect(throws: QueueError.self) { try await queue.restorePusher(555) }
        #expect(missing?.code == .notFound)
    }

    @Test func `A pusher that was set again since cannot be restored`() async throws {
        let pusher = try await queue.setPusher(.test()).pusher
        let removed = try await queue.removePushers([pusher.id])
        let second = try await queue.setPusher(.test()).pusher
        let error = await #expect(throws: QueueError.self) { try await queue.restorePusher(removed[0].sequence) }
        #expect(error?.code == .conflict)
        #expect(error?.description.contains("key") == false)
        #expect(try reader.allPushers() == [second])
    }

    @Test(arguments: [(false, 2_000, true), (true, 2_000, true), (true, 1_999, false)])
    func `A pusher whose key another user has set since cannot be restored`(
        append: Bool, setAt: Int64, isRefused: Bool
    ) async throws {
        let pusher = try await queue.setPusher(.test(), at: 500).pusher
        let removed = try await queue.removePushers([pusher.id], at: 2_000)
        try await queue.setPusher(.test(user: "@alice:hs"), append: append, at: setAt)
        if isRefused {
            let error = await #expect(throws: QueueError.self) { try await queue.restorePusher(removed[0].sequence) }
            #expect(error?.code == .conflict)
        } else {
            // Alice had it before, as users of one device may who both use `append`.
            #expect(try await queue.restorePusher(removed[0].sequence).fields == pusher.fields)
        }
    }

    @Test func `Pushers are listed by what is asked of them`() async throws {
        let ok = try await queue.setPusher(.test()).pusher
        let failing = try await queue.setPusher(.test(user: "@alice:hs", host: "other.example.org")).pusher
        var fields = PusherFields.test(app: "quiet")
        fields.enabled = false
        let disabled = try await queue.setPusher(fields).pusher
        queue.updateHealth(of: failing.id, to: PusherHealth(failingSince: 1, attempts: 1))
        try await queue.flush()
        func list(_ query: PusherQuery, after id: Int64 = 0, limit: Int = 10) throws -> [Int64] {
            try reader.pushers(matching: query, after: id, limit: limit).map(\.id)
        }
        #expect(try list(PusherQuery()) == [ok.id, failing.id, disabled.id])
        #expect(try list(PusherQuery(), after: ok.id, limit: 1) == [failing.id])
        #expect(try list(PusherQuery(state: .ok)) == [ok.id])
        #expect(try list(PusherQuery(state: .failing)) == [failing.id])
        #expect(try list(PusherQuery(state: .disabled)) == [disabled.id])
        #expect(try list(PusherQuery(userID: "@alice:hs")) == [failing.id])
        #expect(try list(PusherQuery(appID: "quiet")) == [disabled.id])
        #expect(try list(PusherQuery(gateway: "other.example.org")) == [failing.id])
        #expect(try list(PusherQuery(gateway: ok.fields.gateway, userID: "@bob:hs")) == [ok.id, disabled.id])
        #expect(try list(PusherQuery(userID: "@alice:hs", state: .disabled)) == [])
    }

    @Test func `Tombstones are read from a sequence number on`() async throws {
        for number in 0..<5 {
            let pusher = try await queue.setPusher(.test(pushkey: "k\(number)")).pusher
            try await queue.removePushers([pusher.id], at: Int64(number) * 1_000)
        }
        let first = try reader.removedPushers(since: 0, limit: 2)
        #expect(first.map(\.pusher.fields.pushkey) == ["k0", "k1"])
        let rest = try reader.removedPushers(since: first[1].sequence, limit: 100)
        #expect(rest.map(\.pusher.fields.pushkey) == ["k2", "k3", "k4"])
        let report = try await queue.purge(QueueRetention(removedPushers: .seconds(1)), now: 3_001)
        #expect(report.removedPushers == 3)
        #expect(try reader.removedPushers(since: 0, limit: 100).map(\.sequence) == rest.suffix(2).map(\.sequence))
    }

    @Test func `Sequence numbers are not used again when all tombstones are purged`() async throws {
        let pusher = try await queue.setPusher(.test()).pusher
        let first = try await queue.removePushers([pusher.id])
        _ = try await queue.purge(QueueRetention(), now: .max / 2)
        #expect(try reader.removedPushers(since: 0, limit: 1).isEmpty)
        let second = try await queue.removePushers([try await queue.setPusher(.test()).pusher.id])
        #expect(second[0].sequence > first[0].sequence)
        #expect(second[0].pusher.id > first[0].pusher.id)
    }

    @Test func `Rulesets are set, replaced and deleted`() async throws {
        #expect(try reader.ruleset(of: "@a:hs") == nil)
        try await queue.setRuleset(of: "@a:hs", to: Array("{}".utf8))
        try await queue.setRuleset(of: "@a:hs", to: Array(#"{"global":{}}"#.utf8))
        try await queue.setRuleset(of: "@b:hs", to: [])
        #expect(try reader.ruleset(of: "@a:hs") == Array(#"{"global":{}}"#.utf8))
        #expect(try reader.ruleset(of: "@b:hs") == [])
        var users: Set<String> = []
        try reader.scanRulesetUsers { users.insert($0) }
        #expect(users == ["@a:hs", "@b:hs"])
        try await queue.deleteRuleset(of: "@a:hs")
        #expect(try reader.ruleset(of: "@a:hs") == nil)
    }

    @Test func `Deleting a user leaves nothing of theirs`() async throws {
        let bob = try await queue.setPusher(.test()).pusher
        let gone = try await queue.setPusher(.test(pushkey: "gone")).pusher
        let alice = try await queue.setPusher(.test(user: "@alice:hs")).pusher
        try await queue.removePushers([gone.id])
        let counts = [bob, alice].map { UserCounts(userID: $0.fields.userID, unread: 1, missedCalls: 1) }
        let ids = try await queue.store(
            .test(events: [.test("a", for: [bob.id, alice.id]), .test("b", for: [bob.id])], counts: counts))
        queue.bury([DeadLetter(notification: ids[2], reason: .gaveUp, at: 1, lastAttempt: .test())])
        try await queue.setRuleset(of: "@bob:hs", to: [1])
        try await queue.setRuleset(of: "@alice:hs", to: [2])
        let removed = try await queue.deleteUser("@bob:hs", notifications: [ids[0]], at: 5_000)
        #expect(removed.map(\.pusher.id) == [bob.id])
        #expect(removed.map(\.reason) == [.user] && removed.map(\.removedAt) == [5_000])
        #expect(removed.map(\.pusher.fields.pushkey) == [bob.fields.pushkey])
        #expect(removed.map(\.pusher.fields.data) == [Array("{}".utf8)])
        #expect(removed.map(\.pusher.fields.deviceDisplayName) == [""])
        let refusal = await #expect(throws: QueueError.self) { try await queue.restorePusher(removed[0].sequence) }
        #expect(refusal?.code == .conflict)
        #expect(try reader.allPushers() == [alice])
        #expect(try reader.allNotifications().map(\.id) == [ids[1]])
        try await queue.purgeEvents()
        #expect(try reader.allEvents().count == 1)
        #expect(try reader.totals().dead == 0)
        #expect(try reader.attempts(of: ids[2]).isEmpty)
        #expect(try reader.removedPushers(since: 0, limit: 10) == removed)
        #expect(try reader.allCounts().keys.sorted() == ["@alice:hs"])
        #expect(try reader.ruleset(of: "@bob:hs") == nil)
        #expect(try reader.ruleset(of: "@alice:hs") == [2])
    }
}
