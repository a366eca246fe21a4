import PushJSON
import SidecarHarness
import Testing

extension EndToEndTests {
    /// The options under `push`, and recipients who ignore the sender.
    @Suite struct Options {
        private static let mention = Bench.event(
            "$1", content: #"{"msgtype":"m.text","body":"bob!","m.mentions":{"user_ids":["@bob:hs"]}}"#)

        /// What a gateway is sent for ``mention``, with the sidecar's options.
        private func sent(_ options: String) async throws -> [String: JSONValue] {
            var sent: [String: JSONValue] = [:]
            try await Bench.run(Bench.local + "\npush: {\(options)}") { bench in
                try await bench.register()
                try await bench.submit(Self.mention, as: "1")
                try await bench.waitForAccepted(1)
                for (key, value) in try #require(bench.log.received.first?.notification?.members) {
                    sent[key.string ?? ""] = value
                }
            }
            return sent
        }

        private static let full: Set<String> = [
            "event_id", "room_id", "type", "sender", "prio", "room_name", "content", "counts", "devices",
        ]

        private static let ids: Set<String> = ["event_id", "room_id", "prio", "counts", "devices"]

        private static let cases: [(options: String, wanted: Set<String>)] = [
            ("", full), ("include_content: true, event_id_only: false, legacy_fields: false", full),
            ("include_content: false", full.subtracting(["content"])), ("legacy_fields: true", full.union(["id"])),
            ("event_id_only: true", ids), ("event_id_only: true, legacy_fields: true", ids.union(["id"])),
        ]

        @Test(arguments: cases)
        func optionsDecideWhatAGatewayIsSent(options: String, wanted: Set<String>) async throws {
            let sent = try await sent(options)
            #expect(Set(sent.keys) == wanted)
            #expect(sent["event_id"]?.string == "$1" && sent["room_id"]?.string == "!r:hs")
            #expect(sent["prio"]?.string == "high" && sent["counts"]?["unread"]?.integer == 1)
            let tweaks = sent["devices"]?.elements?.first { _ in true }?["tweaks"]
            #expect((tweaks?["highlight"]?.bool == true) == wanted.contains("type"), "event_id_only has no tweaks")
            if wanted.contains("id") { #expect(sent["id"]?.string == "$1") }
            if wanted.contains("content") { #expect(sent["content"]?["body"]?.string == "bob!") }
        }

        @Test func jitterHoldsEachNotificationBackWithinItsBound() async throws {
            try await Bench.run(Bench.local + "\npush: {jitter_delay: 800ms}") { bench in
                let users = (0..<12).map { "@u\($0):hs" }
                for user in users { try await bench.register("key of \(user)", user: user) }
                let begin = ContinuousClock.now
                try await bench.submit(Bench.event("$1", to: users), as: "1")
                let isTaken = ContinuousClock.now
                try await bench.waitForAccepted(users.count)
                let received = bench.log.received
                #expect(received.count == users.count)
                let delays = received.map { begin.duration(to: $0.receivedAt) }
                // Twelve random parts of 800 ms are not all small, nor all alike.
                #expect(delays.max()! > .milliseconds(200), "\(delays)")
                #expect(delays.max()! - delays.min()! > .milliseconds(100), "\(delays)")
                let latest = isTaken.duration(to: received.map(\.receivedAt).max()!)
                #expect(latest < .milliseconds(800) + slack, "\(delays)")
                try await bench.waitForEmptyQueue()
            }
        }

        @Test func whatIsHeldBackIsWaitingAndCanStillBeRead() async throws {
            try await Bench.run(Bench.local + "\npush: {jitter_delay: 1h}") { bench in
                try await bench.register()
                try await bench.submit(Bench.event("$1"), as: "1")
                let queue = try await bench.status()["queue"]
                #expect(queue?["pending"]?.integer == 1 && queue?["waiting"]?.integer == 1)
                try await bench.read(Bench.receipt("$1"), as: "r")
                // A badge is not held back: it is the newest anyway.
                try await bench.waitForAccepted(1)
                try await bench.waitForEmptyQueue()
                #expect(bench.log.received.map(\.eventID) == [nil])
            }
        }

        @Test func nothingIsQueuedForWhoIgnoresTheSender() async throws {
            try await Bench.run { bench in
                let users = ["@bob:hs", "@eve:hs"]
                for user in users { try await bench.register("key of \(user)", user: user) }
                // Ignoring wins over the homeserver's own verdict.
                let ignoring = #"{"user_id":"@bob:hs","ignores_sender":true,"actions":["notify"]}"#
                let list = #"{"user_id":"@bob:hs"}"#
                let message = Bench.event("$1", to: users).replacing(list, with: ignoring)
                let invite = Bench.event(
                    "$2", type: "m.room.member", content: #"{"membership":"invite"}"#,
                    members: #","state_key":"@bob:hs""#)
                let ignoredInvite = invite.replacing(list, with: #"{"user_id":"@bob:hs","ignores_sender":true}"#)
                let first = try await bench.submit(message, ignoredInvite, as: "1")
                #expect(first.text == #"{"accepted":2,"notifications":1,"rejected":[]}"#)
                // The invite of somebody who is not ignored is news.
                let welcome = invite.replacing("$2", with: "$3")
                    .replacing(list, with: #"{"user_id":"@bob:hs","ignores_sender":false}"#)
                #expect(try await bench.submit(welcome, as: "2").json?["notifications"]?.integer == 1)
                try await bench.waitForAccepted(2)
                try await bench.waitForEmptyQueue()
                let received = Dictionary(grouping: bench.log.received) { $0.pushkey ?? "" }
                #expect(
                    received.mapValues { $0.map(\.eventID) } == ["key of @bob:hs": ["$3"], "key of @eve:hs": ["$1"]])
                #expect(received["key of @bob:hs"]?.first?.counts == [1, nil], "what is ignored does not count")
                let history = try await bench.client.get("/_matrix/client/v3/notifications?user_id=@bob:hs").json
                let listed = history?["notifications"]?.elements?.map { $0["event"]?["event_id"]?.string }
                #expect(listed == ["$3"])
                let odd = Bench.event("$4").replacing(list, with: #"{"user_id":"@bob:hs","ignores_sender":"yes"}"#)
                let refused = try await bench.client.send(
                    "PUT", "/_pusher/v1/transactions/3", Bench.transaction(events: [odd]))
                #expect(refused.json?["rejected"]?.count == 1 && refused.json?["accepted"]?.integer == 0)
            }
        }

        /// From the moment a notification is due to its request on a busy machine.
        private let slack: Duration = .seconds(1)
    }
}
