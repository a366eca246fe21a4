import PushJSON
import SidecarHarness
import Testing

extension EndToEndTests {
    /// What a client sets of its push rules decides what its gateway gets.
    @Suite struct PushRules {
        private static let root = "/_matrix/client/v3/pushrules"

        private func put(
            _ bench: Bench, _ path: String, _ body: String, user: String = "@bob:hs"
        ) async throws {
            let mark = path.contains("?") ? "&" : "?"
            let response = try await bench.client.send("PUT", "\(Self.root)/global/\(path)\(mark)user_id=\(user)", body)
            try #require(response.status == 200, "PUT \(path): \(response.text)")
        }

        private func delete(_ bench: Bench, _ path: String) async throws {
            let response = try await bench.client.send("DELETE", "\(Self.root)/global/\(path)?user_id=@bob:hs")
            try #require(response.status == 200, "DELETE \(path): \(response.text)")
        }

        private func roomRules(_ bench: Bench, user: String = "@bob:hs") async throws -> [String] {
            let response = try await bench.client.get("\(Self.root)/?user_id=\(user)")
            let rules = try #require(response.json?["global"]?["room"]?.elements, "\(response.text)")
            return rules.compactMap { $0["rule_id"]?.string }
        }

        /// Sends a message and says how many notifications it makes.
        private func notifications(
            _ bench: Bench, _ eventID: String, to users: [String] = ["@bob:hs"], roomID: String = "!r:hs"
        ) async throws -> Int64? {
            let message = Bench.message(eventID, to: users).replacing("!r:hs", with: roomID)
            return try await bench.submit(message, as: eventID).json?["notifications"]?.integer
        }

        @Test func aRoomIsMutedUnmutedAndMadeLoud() async throws {
            try await Bench.run { bench in
                try await bench.register()
                #expect(try await notifications(bench, "$1") == 1)
                let mute = #"{"conditions":[{"kind":"event_match","key":"room_id","pattern":"!r:hs"}],"actions":[]}"#
                try await put(bench, "override/!r:hs", mute)
                #expect(try await notifications(bench, "$2") == 0)
                try await put(bench, "override/!r:hs/enabled", #"{"enabled":false}"#)
                #expect(try await notifications(bench, "$3") == 1)
                try await put(bench, "override/!r:hs/enabled", #"{"enabled":true}"#)
                try await put(
                    bench, "override/!r:hs/actions", #"{"actions":["notify",{"set_tweak":"sound","value":"loud"}]}"#)
                #expect(try await notifications(bench, "$4") == 1)
                try await delete(bench, "override/!r:hs")
                try await put(bench, "underride/.m.rule.message/actions", #"{"actions":["dont_notify"]}"#)
                #expect(try await notifications(bench, "$5") == 0)
                try await bench.waitForAccepted(3)
                #expect(bench.log.received.map(\.eventID) == ["$1", "$3", "$4"])
                #expect(bench.log.received.map(\.prio) == ["low", "low", "high"])
            }
        }

        @Test func theFirstOfTwoRulesDecides() async throws {
            try await Bench.run { bench in
                try await bench.register()
                let all = #""conditions":[]"#
                try await put(bench, "override/yes", #"{\#(all),"actions":["notify"]}"#)
                try await put(bench, "override/no", #"{\#(all),"actions":[]}"#)
                #expect(try await notifications(bench, "$1") == 0)
                try await put(bench, "override/no?after=yes", #"{\#(all),"actions":[]}"#)
                #expect(try await notifications(bench, "$2") == 1)
                try await put(bench, "override/.m.rule.master/enabled", #"{"enabled":true}"#)
                #expect(try await notifications(bench, "$3") == 0)
            }
        }

        @Test func rulesSetAtOnceAreAllKeptAlsoThroughACrash() async throws {
            try await Bench.run { bench in
                let ids = (0..<60).map { "!\($0):hs" }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for id in ids { group.addTask { try await put(bench, "room/\(id)", #"{"actions":["notify"]}"#) } }
                    try await group.waitForAll()
                }
                #expect(try await Set(roomRules(bench)) == Set(ids))
                let order = try await roomRules(bench)
                try await bench.crash()
                #expect(try await roomRules(bench) == order)
                let reset = try await bench.client.send("DELETE", "/_pusher/v1/users/@bob:hs/pushrules")
                #expect(reset.status == 200, "\(reset.text)")
                try await bench.crash()
                #expect(try await roomRules(bench) == [])
            }
        }

        @Test func rulesFollowARoomToItsReplacement() async throws {
            try await Bench.run { bench in
                let users = ["@bob:hs", "@carol:hs", "@dave:hs"]
                for (index, user) in users.enumerated() { try await bench.register("key\(index)", user: user) }
                for user in users.dropLast() {
                    try await put(bench, "room/!r:hs", #"{"actions":[]}"#, user: user)
                }
                #expect(try await notifications(bench, "$1", to: users, roomID: "!new:hs") == 3)
                let body = #"{"old_room_id":"!r:hs","new_room_id":"!new:hs","user_ids":["@bob:hs","@dave:hs"]}"#
                let answer = try await bench.client.send("POST", "/_pusher/v1/rooms/upgrade", body)
                #expect(answer.status == 200 && answer.text == #"{"rejected":[]}"#)
                #expect(try await roomRules(bench) == ["!r:hs", "!new:hs"])
                // Carol has not come along, Dave has no rule.
                #expect(try await notifications(bench, "$2", to: users, roomID: "!new:hs") == 2)
                #expect(try await notifications(bench, "$3", to: users) == 1)
            }
        }

        @Test func legacyMentionRulesAreOnlyThereWhenAskedFor() async throws {
            let mute = #"{"actions":[]}"#
            for isOn in [false, true] {
                let configuration = Bench.local + "\npush: {legacy_mention_rules: \(isOn)}"
                try await Bench.run(configuration) { bench in
                    try await bench.register()
                    try await put(bench, "underride/.m.rule.message/actions", mute)
                    let plain = Bench.message("$1").replacing(#""body":"hi""#, with: #""body":"hi bob""#)
                    let first = try await bench.submit(plain, as: "1")
                    #expect(first.json?["notifications"]?.integer == (isOn ? 1 : 0))
                    let mentions = Bench.message("$2")
                        .replacing(#""body":"hi""#, with: #""body":"hi bob","m.mentions":{}"#)
                    let second = try await bench.submit(mentions, as: "2")
                    #expect(second.json?["notifications"]?.integer == 0)
                }
            }
        }
    }
}
