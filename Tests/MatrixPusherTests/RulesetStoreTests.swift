import Foundation
import PushJSON
import PushQueue
import PushRules
import Testing

@testable import MatrixPusher

/// Rulesets in a database of their own.
@Suite struct RulesetStoreTests {
    private static let bob = "@bob:hs"
    private static let notify = Array(#"{"actions":["notify"]}"#.utf8)

    /// Opens a store on a database that lasts as long as the test's folder.
    private final class Bench {
        let folder: URL
        let queue: SQLiteQueue
        let store: RulesetStore

        init(_ folder: URL? = nil) throws {
            self.folder = folder ?? FileManager.default.temporaryDirectory.appending(path: "rules-\(UUID())")
            try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
            queue = try SQLiteQueue(path: self.folder.appending(path: "db").path)
            var owners: Set<Int> = []
            try queue.makeReader().scanRulesetUsers { owners.insert(TextHash.of($0)) }
            store = RulesetStore(
                owners: owners, legacyMentions: false, queue: queue, reader: try queue.makeReader())
        }

        func reopened() throws -> Bench {
            queue.close()
            return try Bench(folder)
        }

        deinit {
            queue.close()
        }
    }

    private func withBench(_ test: (Bench) async throws -> Void) async throws {
        let bench = try Bench()
        defer { try? FileManager.default.removeItem(at: bench.folder) }
        try await test(bench)
    }

    private func put(_ store: RulesetStore, _ ruleID: String, user: String = bob) async throws(PusherError) {
        let body = try JSONDocument.body(Self.notify)
        try await store.edit(userID: user) { ruleset throws(PushRulesError) in
            try ruleset.put(.room, ruleID, body)
        }
    }

    private func rooms(_ store: RulesetStore, user: String = bob) throws -> Set<String> {
        Set(try store.ruleset(of: user).rules(.room).map(\.ruleID))
    }

    private func compiled(_ store: RulesetStore, user: String = bob) throws -> CompiledRuleset {
        let recipients =
            #"{"event":{"event_id":"$e","room_id":"!r:hs","type":"t","sender":"@a:hs","content":{}},"recipients":[{"user_id":"\#(user)"}]}"#
        let item = try TakenItem(JSONDocument.body(Array(recipients.utf8)))
        return try store.compiled(of: item.recipients[0])
    }

    @Test func aStoredRulesetThatIsDamagedCountsAsTheDefaultsForEvaluation() async throws {
        try await withBench { bench in
            try await put(bench.store, "!a:hs")
            let queue = bench.queue
            await withCheckedContinuation { continuation in
                queue.setRuleset(of: Self.bob, to: Array("{".utf8)) { _ in continuation.resume() }
            }
            let again = try bench.reopened()
            #expect(try compiled(again.store) === CompiledRuleset.defaults())
            #expect(throws: PusherError.self) { try rooms(again.store) }
        }
    }

    @Test func editsAtOnceAreAllKept() async throws {
        try await withBench { bench in
            let ids = (0..<200).map { "!\($0):hs" }
            let store = bench.store
            try await withThrowingTaskGroup(of: Void.self) { group in
                for id in ids { group.addTask { try await put(store, id) } }
                try await group.waitForAll()
            }
            #expect(try rooms(store) == Set(ids))
            #expect(try rooms(bench.reopened().store) == Set(ids))
        }
    }

    @Test func anEditThatIsRefusedChangesNothingAndHoldsNobodyUp() async throws {
        try await withBench { bench in
            try await put(bench.store, "!a:hs")
            await #expect { try await put(bench.store, ".a") } throws: { ($0 as? PusherError)?.code == .invalidParam }
            try await put(bench.store, "!b:hs")
            #expect(try rooms(bench.store) == ["!a:hs", "!b:hs"])
        }
    }

    @Test func whatCanNotBeStoredIsNotTakenOver() async throws {
        try await withBench { bench in
            try await put(bench.store, "!a:hs")
            let former = try compiled(bench.store)
            bench.queue.close()
            await #expect { try await put(bench.store, "!b:hs") } throws: {
                ($0 as? PusherError)?.code == .unavailable
            }
            await #expect { try await bench.store.delete(userID: Self.bob) } throws: {
                ($0 as? PusherError)?.code == .unavailable
            }
            #expect(try compiled(bench.store) === former)
            #expect(bench.store.hasOwn(Self.bob))
        }
    }

    @Test func evaluationFollowsEveryChange() async throws {
        try await withBench { bench in
            let store = bench.store
            let defaults = CompiledRuleset.defaults()
            #expect(try compiled(store) === defaults)
            try await put(store, "!a:hs")
            let first = try compiled(store)
            #expect(first !== defaults)
            #expect(try compiled(store) === first)
            #expect(try compiled(store, user: "@eve:hs") === defaults)
            try await put(store, "!b:hs")
            #expect(try compiled(store) !== first)
            try await store.set(userID: Self.bob, body: Array(#"{"global":{}}"#.utf8))
            #expect(try compiled(store) === defaults)
            #expect(!store.hasOwn(Self.bob))
            try await put(store, "!c:hs")
            try await store.delete(userID: Self.bob)
            #expect(try compiled(store) === defaults)
            let again = try bench.reopened()
            #expect(!again.store.hasOwn(Self.bob))
            #expect(try rooms(again.store) == [])
        }
    }

    @Test func aUserThatIsDeletedHasTheDefaultsAgain() async throws {
        try await withBench { bench in
            try await put(bench.store, "!a:hs")
            await #expect(throws: PusherError.self) {
                try await bench.store.forget(userID: Self.bob) { () async throws(PusherError) in
                    throw PusherError(.unavailable, "not now")
                }
            }
            #expect(try rooms(bench.store) == ["!a:hs"])
            let queue = bench.queue
            try await bench.store.forget(userID: Self.bob) { () async throws(PusherError) in
                await withCheckedContinuation { continuation in
                    queue.deleteRuleset(of: Self.bob) { _ in continuation.resume() }
                }
            }
            #expect(try compiled(bench.store) === CompiledRuleset.defaults())
            #expect(!bench.store.hasOwn(Self.bob))
            try await put(bench.store, "!b:hs")
            #expect(try rooms(bench.store) == ["!b:hs"])
        }
    }

    @Test func aRuleThatIsPutAgainIsNotWrittenAgain() async throws {
        try await withBench { bench in
            try await put(bench.store, "!a:hs")
            let former = try compiled(bench.store)
            try await put(bench.store, "!a:hs")
            #expect(try compiled(bench.store) === former)
        }
    }

    @Test func aRulesetGrowsToItsLimitOnly() async throws {
        try await withBench { bench in
            // Each within its own limits, and together just within theirs.
            let tweaks = (0..<30).map { #"{"set_tweak":"t\#($0)","value":"\#(String(repeating: "v", count: 200))"}"# }
            let actions = "[\(tweaks.joined(separator: ","))]"
            let count = PushRuleLimits().contentBytes / (actions.utf8.count + 40)
            let rules = (0..<count).map { #"{"rule_id":"!\#($0):hs","actions":\#(actions)}"# }
            let content = #"{"global":{"room":[\#(rules.joined(separator: ","))]}}"#
            try await bench.store.set(userID: Self.bob, body: Array(content.utf8))
            let body = try JSONDocument.body(Array(#"{"actions":\#(actions)}"#.utf8))
            await #expect {
                try await bench.store.edit(userID: Self.bob) { ruleset throws(PushRulesError) in
                    try ruleset.put(.sender, "@eve:hs", body)
                    try ruleset.put(.sender, "@mallory:hs", body)
                }
            } throws: {
                ($0 as? PusherError)?.code == .tooLarge
            }
            try await bench.store.edit(userID: Self.bob) { ruleset throws(PushRulesError) in
                try ruleset.delete(.room, "!0:hs")
            }
            #expect(try rooms(bench.store).count == count - 1)
        }
    }

    @Test func roomRulesOfManyAreCopiedAndThoseWithoutRulesStayWithout() async throws {
        try await withBench { bench in
            let store = bench.store
            let users = (0..<300).map { "@u\($0):hs" }
            for user in users[..<150] { try await put(store, "!old:hs", user: user) }
            let list = users.map { "\"\($0)\"" }.joined(separator: ",")
            let body = #"{"old_room_id":"!old:hs","new_room_id":"!new:hs","user_ids":[\#(list)]}"#
            for _ in 0..<2 {
                let rejections = try await store.copyRules(RoomUpgradeRequest(Array(body.utf8)))
                #expect(rejections.isEmpty)
                for user in users[..<150] { #expect(try rooms(store, user: user) == ["!old:hs", "!new:hs"]) }
                for user in users[150...] { #expect(!store.hasOwn(user)) }
            }
        }
    }

    @Test func aUserWithoutSpaceForACopyFailsAlone() async throws {
        try await withBench { bench in
            let limit = PushRuleLimits().rules
            let rules =
                (1..<limit).map { #"{"rule_id":"!\#($0):hs","actions":[]}"# } + [#"{"rule_id":"!old:hs","actions":[]}"#]
            let content = #"{"global":{"room":[\#(rules.joined(separator: ","))]}}"#
            try await bench.store.set(userID: Self.bob, body: Array(content.utf8))
            try await put(bench.store, "!old:hs", user: "@eve:hs")
            let body = #"{"old_room_id":"!old:hs","new_room_id":"!new:hs","user_ids":["@bob:hs","@eve:hs"]}"#
            let rejections = try await bench.store.copyRules(RoomUpgradeRequest(Array(body.utf8)))
            #expect(rejections.map(\.userID) == [Self.bob])
            #expect(rejections.map(\.error.code) == [.tooLarge])
            #expect(try rooms(bench.store).count == limit)
            #expect(try rooms(bench.store, user: "@eve:hs") == ["!old:hs", "!new:hs"])
        }
    }
}

@Suite struct CompiledRulesetCacheTests {
    private func ruleset(_ id: Int) throws -> CompiledRuleset {
        let content = Array(#"{"global":{"room":[{"rule_id":"!\#(id):hs","actions":[]}]}}"#.utf8)
        return CompiledRuleset.compiling(try PushRuleset(parsing: JSONDocument(parsing: content).root))
    }

    @Test func keepsWithinItsBound() throws {
        let size = try ruleset(0).memorySize
        var cache = CompiledRulesetCache(capacity: size * 10 + size / 2)
        for id in 0..<9 {
            let ruleset = try ruleset(id)
            cache.keep(ruleset, of: id)
            cache.keep(ruleset, of: id)
            #expect(cache.count == id + 1)
        }
        for id in 1000..<1500 {
            let ruleset = try ruleset(id)
            cache.keep(ruleset, of: id)
            #expect(cache.ruleset(of: id) === ruleset)
            #expect(cache.size <= cache.capacity && cache.count >= 8)
        }
        let kept = (0..<1500).filter { cache.ruleset(of: $0) != nil }
        #expect(kept.count == cache.count)
        for id in kept { cache.forget(id) }
        #expect(cache.size == 0 && cache.count == 0)
    }

    @Test func whatIsTooLargeIsNotKept() throws {
        var cache = CompiledRulesetCache(capacity: 100)
        cache.keep(try ruleset(1), of: 1)
        #expect(cache.count == 0 && cache.ruleset(of: 1) == nil)
    }
}

@Suite struct UserTurnsTests {
    @Test func turnsOfOneUserDoNotOverlapAndOthersDoNotWait() async throws {
        let turns = UserTurns()
        let log = Log()
        try await turns.take(for: "@a:hs") { () async throws(PusherError) in
            // Would wait for ever if users waited for each other.
            try await turns.take(for: "@b:hs") { () async throws(PusherError) in await log.add(1) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    try await turns.take(for: "@a:hs") { () async throws(PusherError) in
                        await log.add(1)
                        await Task.yield()
                        await log.add(-1)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(await log.values == [1] + [Int](repeating: 0, count: 100).flatMap { _ in [1, -1] })
    }

    private actor Log {
        private(set) var values: [Int] = []
        func add(_ value: Int) { values.append(value) }
    }
}
