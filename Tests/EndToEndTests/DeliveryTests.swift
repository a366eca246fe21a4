import Foundation
import PushJSON
import SidecarHarness
import Testing

extension EndToEndTests {
    /// What gateways receive, and what their answers lead to.
    @Suite struct Delivery {
        private static let event = """
            {"event":{"event_id":"$1","room_id":"!r:hs","type":"m.room.message","sender":"@alice:hs",\
            "origin_server_ts":1700000000000,"content":{"msgtype":"m.text","body":"h\\u00e9 \\"you\\"","n":1.50,\
            "big":123456789012345678901234567890,"m.mentions":{"user_ids":["@bob:hs"]}}},\
            "room":{"name":"Mission Control","canonical_alias":"#mc:hs","member_count":12,"sender_display_name":"Alice"},\
            "recipients":[{"user_id":"@bob:hs","display_name":"Bob","counts":{"unread":3,"missed_calls":1}}]}
            """

        @Test func aFullNotificationHasEverythingAndEventIDOnlyHasOnlyTheIDs() async throws {
            try await Bench.run { bench in
                try await bench.register("full", data: #","default_payload":{"aps":{"badge":1.50}}"#)
                let reduced = bench.pusher("reduced", data: #","format":"event_id_only""#, members: #","append":true"#)
                let answer = try await bench.client.send(
                    "POST", "/_matrix/client/v3/pushers/set?user_id=@bob:hs", reduced)
                #expect(answer.status == 200)
                #expect(try await bench.submit(Self.event, as: "t").text.contains(#""notifications":2"#))
                try await bench.waitForAccepted(2)

                let full = try #require(bench.log.received.first { $0.pushkey == "full" })
                try expect(
                    full,
                    """
                    {"event_id":"$1","room_id":"!r:hs","type":"m.room.message","sender":"@alice:hs","prio":"high",
                     "sender_display_name":"Alice","room_name":"Mission Control","room_alias":"#mc:hs",
                     "content":{"msgtype":"m.text","body":"h\\u00e9 \\"you\\"","n":1.50,
                       "big":123456789012345678901234567890,"m.mentions":{"user_ids":["@bob:hs"]}},
                     "counts":{"unread":3,"missed_calls":1},
                     "devices":[{"app_id":"org.example.app","pushkey":"full","pushkey_ts":TIME,
                       "data":{"default_payload":{"aps":{"badge":1.50}}},
                       "tweaks":{"sound":"default","highlight":true}}]}
                    """)
                let only = try #require(bench.log.received.first { $0.pushkey == "reduced" })
                try expect(
                    only,
                    """
                    {"event_id":"$1","room_id":"!r:hs","prio":"high","counts":{"unread":3,"missed_calls":1},
                     "devices":[{"app_id":"org.example.app","pushkey":"reduced","pushkey_ts":TIME,
                       "data":{"format":"event_id_only"}}]}
                    """)
            }
        }

        /// Compares a request's notification with the wanted one, in which TIME stands for the time of registration.
        private func expect(_ received: ReceivedNotification, _ wanted: String) throws {
            #expect(received.method == "POST")
            #expect(received.target == "/_matrix/push/v1/notify")
            let headers = Dictionary(
                received.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first })
            #expect(headers["content-type"] == "application/json")
            #expect(headers["user-agent"]?.hasPrefix("matrix-pusher/") == true)
            let registered = try #require(received.device?["pushkey_ts"]?.integer)
            #expect(abs(Double(registered) - Date().timeIntervalSince1970) < 60)
            let json = try JSONDocument(parsing: wanted.replacing("TIME", with: "\(registered)")).root
            let body = String(decoding: received.body, as: UTF8.self)
            #expect(received.notification?.isSame(as: json) == true, "\(body)")
        }

        @Test func actionsOfTheHomeserverAreUsedAsGiven() async throws {
            try await Bench.run { bench in
                try await bench.register()
                let loud = #","actions":["notify",{"set_tweak":"sound","value":"bing"}]"#
                try await bench.submit(
                    Bench.message("$loud", recipient: loud), Bench.message("$silent", recipient: #","actions":[]"#),
                    Bench.message("$plain", recipient: #","actions":["notify"]"#), as: "t")
                try await bench.waitForAccepted(2)
                try await bench.waitForEmptyQueue()
                #expect(bench.log.received.map(\.eventID) == ["$loud", "$plain"])
                #expect(bench.log.received.map(\.prio) == ["high", "low"])
                #expect(bench.log.received.first?.device?["tweaks"]?["sound"]?.string == "bing")
                #expect(bench.log.received.last?.device?["tweaks"] == nil)
            }
        }

        @Test func theUsersOwnRulesDecide() async throws {
            try await Bench.run { bench in
                try await bench.register()
                let mute = """
                    {"global":{"room":[{"rule_id":"!r:hs","actions":[],"default":false,"enabled":true}]}}
                    """
                let set = try await bench.client.send("PUT", "/_pusher/v1/users/@bob:hs/pushrules", mute)
                #expect(set.status == 200, "\(set.text)")
                #expect(try await bench.submit(Bench.message("$1"), as: "t").json?["notifications"]?.integer == 0)
                try await bench.crash()
                #expect(try await bench.submit(Bench.message("$2"), as: "u").json?["notifications"]?.integer == 0)
            }
        }

        @Test func aRejectedPushkeyRemovesItsPusherAndItsQueue() async throws {
            try await Bench.run(script: { $0.pushkey == "bad" ? .reject("bad") : .accept }) { bench in
                try await bench.register("bad", user: "@bob:hs")
                try await bench.register("good", user: "@carol:hs")
                let both = ["@bob:hs", "@carol:hs"]
                try await bench.submit(Bench.message("$1", to: both), Bench.message("$2", to: both), as: "t")
                try await bench.waitForAccepted(3)
                try await bench.waitForEmptyQueue()
                try await bench.submit(Bench.message("$3", to: both), as: "u")
                try await bench.waitForAccepted(4)
                try await bench.waitForEmptyQueue()
                #expect(bench.log.received.filter { $0.pushkey == "bad" }.map(\.eventID) == ["$1"])
                #expect(bench.log.received.filter { $0.pushkey == "good" }.map(\.eventID) == ["$1", "$2", "$3"])
                let pushers = try await bench.client.get("/_matrix/client/v3/pushers?user_id=@bob:hs").json
                #expect(pushers?["pushers"]?.count == 0)
            }
        }

        @Test func aBusyGatewayIsLeftAloneAsLongAsItAsksFor() async throws {
            let busy = GatewayAnswer.respond(status: 503, headers: ["Retry-After": "1"])
            let script = Sequencer([busy], then: .accept)
            try await Bench.run(script: { _ in script.next() }) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), as: "t")
                try await waitUntil("the first attempt") { bench.log.received.first?.status == 503 }
                // Nothing new goes past a gateway's pause.
                try await bench.submit(Bench.message("$2"), as: "u")
                try await bench.waitForAccepted(2)
                let received = bench.log.received
                #expect(received.map(\.eventID) == ["$1", "$1", "$2"])
                #expect(received[0].receivedAt.duration(to: received[1].receivedAt) >= .seconds(1))
            }
        }

        @Test func everyPusherGetsItsEventsInOrderOneAtATime() async throws {
            // Every seventh answer is a failure, and answers take different times.
            let turn = Counter()
            let script: ScriptedGateway.Script = { _ in
                let number = turn.next()
                return .respond(status: number % 7 == 3 ? 502 : 200, after: .milliseconds(number * 5 % 11))
            }
            try await Bench.run(Bench.local + "\nretry: {initial: 10ms}", script: script) { bench in
                let users = ["@a:hs", "@b:hs", "@c:hs", "@d:hs"]
                for user in users { try await bench.register("key of \(user)", user: user) }
                for number in 0..<50 {
                    try await bench.submit(Bench.message("$\(number)", to: users), as: "t\(number)")
                }
                try await bench.waitForAccepted(200, within: .seconds(20))
                try await bench.waitForEmptyQueue()
                let expected = users.flatMap { user in
                    (0..<50).map { DeliveryAudit.Delivery(pushkey: "key of \(user)", eventID: "$\($0)") }
                }
                let audit = DeliveryAudit(expected: expected, received: bench.log.received, grace: .zero)
                #expect(audit.problems == [])
            }
        }

        @Test func aTransactionSentAgainIsAnsweredAlikeAndQueuedOnce() async throws {
            try await Bench.run { bench in
                try await bench.register()
                let first = try await bench.submit(Bench.message("$1"), as: "t").text
                #expect(try await bench.submit(Bench.message("$1"), as: "t").text == first)
                try await bench.crash()
                #expect(try await bench.submit(Bench.message("$1"), as: "t").text == first)
                let answers = try await withThrowingTaskGroup(of: String.self) { group in
                    for _ in 0..<8 { group.addTask { try await bench.submit(Bench.message("$2"), as: "u").text } }
                    return try await group.reduce(into: Set<String>()) { $0.insert($1) }
                }
                #expect(answers.count == 1)
                // The same event in another transaction is not queued again either.
                #expect(try await bench.submit(Bench.message("$2"), as: "v").json?["notifications"]?.integer == 0)
                try await bench.submit(Bench.message("$3"), as: "w")
                try await waitUntil("the last event") { bench.log.received.last?.eventID == "$3" }
                try await bench.waitForEmptyQueue()
                #expect(Set(bench.log.received.map(\.eventID)) == ["$1", "$2", "$3"])
                #expect(bench.log.received.filter { $0.eventID != "$1" }.count == 2)
            }
        }
    }
}
