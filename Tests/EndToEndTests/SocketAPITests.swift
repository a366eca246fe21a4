import PushJSON
import SidecarHarness
import Testing

extension EndToEndTests {
    /// The answers to requests of all kinds, as `curl --unix-socket` would see them.
    @Suite struct SocketAPI {
        struct Case: Sendable {
            let method: String
            let target: String
            let body: String?
            let status: Int
            let code: String

            init(_ method: String, _ target: String, _ body: String?, _ status: Int, _ code: String) {
                self.method = method
                self.target = target
                self.body = body
                self.status = status
                self.code = code
            }
        }

        private static let set = "/_matrix/client/v3/pushers/set?user_id=@bob:hs"
        private static let rules = "/_pusher/v1/users/@bob:hs/pushrules"

        private static let refused: [Case] = [
            Case("PUT", "/_pusher/v1/transactions/t", "{", 400, "M_NOT_JSON"),
            Case("PUT", "/_pusher/v1/transactions/t", "", 400, "M_NOT_JSON"),
            Case("PUT", "/_pusher/v1/transactions/t", "{} {}", 400, "M_NOT_JSON"),
            Case("PUT", "/_pusher/v1/transactions/t", "[]", 400, "M_BAD_JSON"),
            Case("PUT", "/_pusher/v1/transactions/t", #"{"events":{}}"#, 400, "M_BAD_JSON"),
            Case("GET", "/_pusher/v1/transactions/t", nil, 405, "M_UNRECOGNIZED"),
            Case("POST", "/_pusher/v1/transactions/t", "{}", 405, "M_UNRECOGNIZED"),
            Case("PUT", "/_pusher/v1/transactions", "{}", 404, "M_UNRECOGNIZED"),
            Case("GET", "/", nil, 404, "M_UNRECOGNIZED"),
            Case("GET", "/_pusher/v1/nothing", nil, 404, "M_UNRECOGNIZED"),
            Case("GET", "/_matrix/client/v3/sync", nil, 404, "M_UNRECOGNIZED"),
            Case("DELETE", "/health", nil, 405, "M_UNRECOGNIZED"),
            Case("DELETE", "/_pusher/v1/status", nil, 405, "M_UNRECOGNIZED"),
            Case("GET", "/_matrix/client/v3/pushers", nil, 400, "M_MISSING_PARAM"),
            Case("GET", set, nil, 405, "M_UNRECOGNIZED"),
            Case("POST", "/_matrix/client/v3/pushers/set", "{}", 400, "M_MISSING_PARAM"),
            Case("POST", set, "{", 400, "M_NOT_JSON"),
            Case("POST", set, "[]", 400, "M_BAD_JSON"),
            Case("POST", set, "{}", 400, "M_MISSING_PARAM"),
            Case("PUT", rules, "{", 400, "M_NOT_JSON"),
            Case("PUT", rules, "7", 400, "M_BAD_JSON"),
            Case("GET", rules, nil, 405, "M_UNRECOGNIZED"),
            Case("GET", "/_pusher/v1/notifications/4711", nil, 404, "M_NOT_FOUND"),
            Case("GET", "/_pusher/v1/notifications/one", nil, 404, "M_NOT_FOUND"),
            Case("GET", "/_pusher/v1/notifications?state=lost", nil, 400, "M_INVALID_PARAM"),
            Case("GET", "/_pusher/v1/notifications?limit=many", nil, 400, "M_INVALID_PARAM"),
            Case("GET", "/_pusher/v1/notifications?older=soon", nil, 400, "M_INVALID_PARAM"),
            Case("GET", "/_pusher/v1/notifications?colour=red", nil, 400, "M_INVALID_PARAM"),
            Case("POST", "/_pusher/v1/explain", "{", 400, "M_BAD_JSON"),
        ]

        @Test func whatIsWrongIsRefusedWithAMatrixError() async throws {
            try await Bench.run { bench in
                for wrong in Self.refused {
                    let response = try await bench.client.send(wrong.method, wrong.target, wrong.body)
                    let name: Comment = "\(wrong.method) \(wrong.target) \(wrong.body ?? ""): \(response.text)"
                    #expect(response.status == wrong.status, name)
                    #expect(response.json?["errcode"]?.string == wrong.code, name)
                    #expect(response.json?["error"]?.string?.isEmpty == false, name)
                    #expect(response.header("Content-Type")?.hasPrefix("application/json") == true, name)
                }
            }
        }

        @Test func aPusherThatCanNotWorkIsRefused() async throws {
            try await Bench.run { bench in
                let path = "/_matrix/push/v1/notify"
                let wrong: [String: String] = [
                    "a pushkey over 512 bytes": bench.pusher(String(repeating: "k", count: 513)),
                    "an application ID over 64 characters": bench.pusher(appID: String(repeating: "a", count: 65)),
                    "a URL of another scheme": bench.pusher(url: "ftp://127.0.0.1\(path)"),
                    "a URL without a host": bench.pusher(url: "https://\(path)"),
                    "a URL with credentials": bench.pusher(url: "https://me:secret@127.0.0.1\(path)"),
                    "a URL with another path": bench.pusher(url: "https://127.0.0.1/notify"),
                    "no URL at all": bench.pusher(url: "gateway"),
                    "a payload that is no object": bench.pusher(data: #","default_payload":[]"#),
                ]
                for (name, body) in wrong {
                    let response = try await bench.client.send("POST", Self.set, body)
                    #expect(response.status == 400, "\(name): \(response.text)")
                    #expect(response.json?["errcode"]?.string == "M_INVALID_PARAM", "\(name): \(response.text)")
                    #expect(!response.text.contains("secret"), "\(name)")
                }
                let pushers = try await bench.client.get("/_matrix/client/v3/pushers?user_id=@bob:hs")
                #expect(pushers.json?["pushers"]?.count == 0)
            }
        }

        @Test func pushersAreListedAsTheyWereSetAndRemovedByANullKind() async throws {
            try await Bench.run { bench in
                let body = bench.pusher(
                    "κλειδί 🔑", data: #","default_payload":{"n":1.50}"#, members: #","profile_tag":"t""#)
                let answer = try await bench.client.send("POST", Self.set, body)
                #expect(answer.status == 200)
                #expect(answer.text == "{}")
                let list = try await bench.client.get("/_matrix/client/v3/pushers?user_id=@bob:hs").json?["pushers"]
                let listed = try #require(list?.elements.map(Array.init)?.first)
                #expect(list?.count == 1)
                let registered = try #require(try JSONDocument(parsing: body).root.members)
                for (key, value) in registered {
                    let name = try #require(key.string)
                    #expect(listed[name]?.isSame(as: value) == true, "\(name)")
                }
                let others = try await bench.client.get("/_matrix/client/v3/pushers?user_id=@eve:hs").json?["pushers"]
                #expect(others?.count == 0)

                let removal = #"{"kind":null,"app_id":"org.example.app","pushkey":"κλειδί 🔑"}"#
                let removed = try await bench.client.send("POST", Self.set, removal)
                #expect(removed.status == 200, "\(removed.text)")
                let rest = try await bench.client.get("/_matrix/client/v3/pushers?user_id=@bob:hs").json?["pushers"]
                #expect(rest?.count == 0)
            }
        }

        @Test func oneBadEventDoesNotFailTheOthers() async throws {
            try await Bench.run { bench in
                try await bench.register()
                let body = #"{"events":[\#(Bench.message("$1")),{"event":{}},\#(Bench.message("$2"))]}"#
                let answer = try await bench.client.send("PUT", "/_pusher/v1/transactions/t", body)
                #expect(answer.status == 200)
                #expect(answer.json?["accepted"]?.integer == 2)
                #expect(answer.json?["notifications"]?.integer == 2)
                let rejected = answer.json?["rejected"]?.elements.map(Array.init)?.first
                #expect(answer.json?["rejected"]?.count == 1)
                #expect(rejected?["list"]?.string == "events")
                #expect(rejected?["index"]?.integer == 1)
                #expect(rejected?["errcode"]?.string == "M_BAD_JSON")
                try await bench.waitForAccepted(2)
                #expect(bench.log.received.map(\.eventID) == ["$1", "$2"])
            }
        }

        @Test func aBodyOverTheLimitIsRefusedAndTheNextRequestServed() async throws {
            try await Bench.run(Bench.local + "\nsocket: {max_body: 4096}") { bench in
                for size in [4097, 3_000_000] {
                    let body = [UInt8](repeating: 0x20, count: size)
                    let response = try await bench.client.send("PUT", "/_pusher/v1/transactions/t", bytes: body)
                    #expect(response.status == 413)
                    #expect(response.json?["errcode"]?.string == "M_TOO_LARGE")
                }
                let body = #"{"events":[]}"#
                let padded = body + String(repeating: " ", count: 4096 - body.utf8.count)
                let response = try await bench.client.send("PUT", "/_pusher/v1/transactions/t", padded)
                #expect(response.status == 200, "\(response.text)")
            }
        }

        @Test func theQueueIsListedAndFiltered() async throws {
            try await Bench.run(script: { _ in .hold }) { bench in
                try await bench.register("b", user: "@bob:hs")
                try await bench.register("c", user: "@carol:hs")
                try await bench.submit(Bench.message("$1"), Bench.message("$2", to: ["@carol:hs", "@bob:hs"]), as: "t")
                try await waitUntil("two requests") { bench.log.count == 2 }
                func list(_ query: String) async throws -> [String] {
                    let response = try await bench.client.get("/_pusher/v1/notifications?\(query)")
                    let found = try #require(response.json?["notifications"]?.elements, "\(response.text)")
                    return found.compactMap { $0["event_id"]?.string }
                }
                #expect(try await list("") == ["$1", "$2", "$2"])
                #expect(try await list("limit=1") == ["$1"])
                #expect(try await list("user=@carol:hs") == ["$2"])
                #expect(try await list("state=in_flight") == ["$1", "$2"])
                #expect(try await list("gateway=127.0.0.1&app=org.example.app").count == 3)
                #expect(try await list("gateway=\(bench.gateway.address)").count == 3)
                #expect(try await list("gateway=push.example.org") == [])
                #expect(try await list("older=1h") == [])
            }
        }

        @Test func explainAnswersOverTheSocketToo() async throws {
            try await Bench.run { bench in
                let event =
                    #"{"event_id":"$1","room_id":"!r:hs","type":"m.reaction","sender":"@alice:hs","content":{}}"#
                let body = #"{"event":\#(event),"user_id":"@bob:hs"}"#
                let response = try await bench.client.send("POST", "/_pusher/v1/explain", body)
                #expect(response.status == 200, "\(response.text)")
                #expect(response.json?["rule"]?["rule_id"]?.string == ".m.rule.reaction")
                #expect(response.json?["notify"]?.bool == false)
            }
        }

        @Test func aFullQueueAsksForPatienceAndStoresNothing() async throws {
            let configuration = Bench.local + "\nqueue: {max_pending: 2}"
            try await Bench.run(configuration, script: { _ in .hold }) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), Bench.message("$2"), as: "t")
                let body = #"{"events":[\#(Bench.message("$3"))]}"#
                let refusal = try await bench.client.send("PUT", "/_pusher/v1/transactions/u", body)
                #expect(refusal.status == 429, "\(refusal.text)")
                #expect(refusal.json?["errcode"]?.string == "M_LIMIT_EXCEEDED")
                #expect(refusal.json?["retry_after_ms"]?.integer ?? 0 > 0)
                #expect(refusal.header("Retry-After").flatMap { Int($0) } ?? 0 > 0)
                #expect(try await bench.status()["queue"]?["pending"]?.integer == 2)
            }
        }

        @Test func theHealthAndTheStatusAreThere() async throws {
            try await Bench.run { bench in
                #expect(try await bench.client.get("/health").status == 200)
                let status = try await bench.status()
                #expect(status["v"]?.integer == 1)
                #expect(status["running"]?.bool == true)
                #expect(status["queue"]?["pending"]?.integer == 0)
                #expect(status["database"]?["schema"]?.integer ?? 0 >= 1)
            }
        }
    }
}
