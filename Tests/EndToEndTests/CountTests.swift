import PushJSON
import SidecarHarness
import Testing

extension EndToEndTests {
    /// Badges: who counts, what every request says, and what a receipt brings.
    @Suite struct Counts {
        private static let byEvent = "\npush: {group_unread_count_by_room: false}"

        /// Sends events one by one, each once the former was accepted.
        private func deliver(_ bench: Bench, _ events: (id: String, item: String)...) async throws {
            for event in events {
                try await bench.submit(event.item, as: event.id)
                try await bench.waitForAccepted(event.id)
            }
        }

        private func message(_ eventID: String, in room: String = "!r:hs", counts: String? = nil) -> (String, String) {
            let recipient = counts.map { #","counts":\#($0)"# } ?? ""
            return (eventID, Bench.event(eventID, in: room, recipient: recipient))
        }

        @Test(arguments: [(true, [1, 1, 2, 1, 2]), (false, [1, 2, 3, 1, 2])] as [(Bool, [Int64])])
        func unreadRoomsOrEventsAreCountedHereThroughACrash(byRoom: Bool, wanted: [Int64]) async throws {
            let configuration = Bench.local + "\npush: {group_unread_count_by_room: \(byRoom)}"
            try await Bench.run(configuration) { bench in
                try await bench.register()
                try await deliver(bench, message("$1"), message("$2"), message("$3", in: "!o:hs"))
                try await bench.waitUntilDelivered(as: "d1")
                try await bench.crash()
                try await bench.read(Bench.receipt("$2"), as: "r")
                try await bench.waitForAccepted(4)
                try await bench.waitUntilDelivered(as: "d2")
                try await bench.crash()
                try await deliver(bench, message("$4"))
                #expect(bench.accepted.map(\.eventID) == ["$1", "$2", "$3", nil, "$4"])
                #expect(bench.accepted.map(\.counts.first) == wanted)
            }
        }

        @Test func theHomeserversCountsAreTheTruthFromThenOnThroughACrash() async throws {
            try await Bench.run { bench in
                try await bench.register()
                try await deliver(
                    bench, message("$1"), message("$2", counts: #"{"unread":5,"missed_calls":2}"#),
                    message("$3", in: "!o:hs"))
                // A receipt without counts changes nothing of it, and so brings nothing.
                try await bench.read(Bench.receipt("$3", in: "!o:hs"), as: "r1")
                try await bench.read(Bench.receipt("$2", counts: #"{"unread":4}"#), as: "r2")
                try await bench.waitForAccepted(4)
                try await bench.waitUntilDelivered(as: "d")
                try await bench.crash()
                try await deliver(bench, message("$4"))
                #expect(bench.accepted.map(\.eventID) == ["$1", "$2", "$3", nil, "$4"])
                #expect(bench.accepted.map(\.counts.first) == [1, 5, 5, 4, 4])
                #expect(bench.accepted.map { $0.counts.last ?? 0 } == [nil, 2, 2, 0, nil])
            }
        }

        @Test func callsAreMissedUntilTheyAreAnsweredOrRead() async throws {
            try await Bench.run { bench in
                try await bench.register()
                func call(_ id: String) -> (String, String) {
                    let content = #"{"call_id":"\#(id)","lifetime":60000,"version":"1"}"#
                    return ("$\(id)", Bench.event("$\(id)", type: "m.call.invite", content: content))
                }
                try await deliver(bench, call("c1"), call("c2"), call("c3"))
                try await bench.waitUntilDelivered(as: "d")
                try await bench.crash()
                for (sender, id) in [("@eve:hs", "c1"), ("@bob:hs", "c2")] {
                    let answer = Bench.event(
                        "$answer-\(id)", from: sender, type: "m.call.answer", content: #"{"call_id":"\#(id)"}"#, to: [])
                    try await bench.submit(answer, as: "answer-\(id)")
                }
                try await deliver(bench, message("$1"))
                try await bench.read(Bench.receipt("$1"), as: "r")
                try await bench.waitForAccepted(5)
                #expect(bench.accepted.map { $0.counts.last ?? 0 } == [1, 2, 3, 2, 0])
            }
        }

        @Test func everyRequestSaysWhatIsTrueWhenItIsBuilt() async throws {
            try await Bench.run(Bench.held + Self.byEvent, script: Bench.onlyTheWell) { bench in
                try await bench.register()
                for number in 1...4 { try await bench.submit(Bench.event("$\(number)"), as: "\(number)") }
                try await bench.waitForFailure()
                #expect(bench.log.received.map(\.eventID) == ["$1"])
                try await bench.read(Bench.receipt("$1"), as: "r")
                try await bench.submit(Bench.event("$5", in: "!o:hs"), as: "5")
                try await bench.crash()
                try await bench.release()
                try await bench.waitForAccepted("$5")
                try await bench.waitForEmptyQueue()
                let events = bench.accepted.filter { $0.eventID != nil }
                #expect(events.map(\.eventID) == ["$2", "$3", "$4", "$5"])
                #expect(events.allSatisfy { $0.counts == [4, nil] })
            }
        }

        @Test func receiptsBringOneCountsOnlyPushWithTheLatestCounts() async throws {
            try await Bench.run(Bench.held + Self.byEvent, script: Bench.onlyTheWell) { bench in
                try await bench.register("one", data: #","default_payload":{"a":1}"#)
                let second = bench.pusher("two", data: #","well":true"#, members: #","append":true"#)
                let set = try await bench.client.send("POST", "/_matrix/client/v3/pushers/set?user_id=@bob:hs", second)
                #expect(set.status == 200)
                for number in 1...3 { try await bench.submit(Bench.event("$\(number)"), as: "\(number)") }
                try await bench.waitForFailure(of: "one")
                try await bench.waitForAccepted(3)
                for number in 1...3 {
                    try await bench.read(Bench.receipt("$\(number)"), as: "r\(number)")
                    // The same again brings nothing.
                    try await bench.read(Bench.receipt("$\(number)"), as: "again\(number)")
                    try await bench.waitForAccepted(3 + number)
                }
                #expect(bench.accepted.suffix(3).map(\.counts) == [[2, 0], [1, 0], [0, 0]])
                let listed = try await bench.client.get("/_pusher/v1/notifications?show_secrets=true").json
                let pending = Array(try #require(listed?["notifications"]?.elements))
                #expect(pending.map { $0["kind"]?.string } == ["counts"])
                #expect(pending.map { $0["pushkey"]?.string } == ["one"])
                try await bench.settle(as: "d")
                try await bench.crash()
                try await bench.release("one")
                try await bench.waitForAccepted(7)
                try await bench.waitForEmptyQueue()
                let badge = try #require(bench.accepted.last)
                let body = try JSONDocument(
                    parsing: """
                        {"counts":{"unread":0,"missed_calls":0},"prio":"low","devices":[{"app_id":"org.example.app",
                         "pushkey":"one","pushkey_ts":\(badge.device?["pushkey_ts"]?.integer ?? 0),"data":{"well":true}}]}
                        """
                ).root
                #expect(badge.notification?.isSame(as: body) == true, "\(String(decoding: badge.body, as: UTF8.self))")
                #expect(bench.accepted.count == 7)
            }
        }

        @Test func aCountsOnlyPushIsTriedUntilItIsAccepted() async throws {
            let answers = Sequencer(
                [.accept, .respond(status: 500), .respond(status: 503), .disconnect], then: .accept)
            let configuration =
                Bench.local + "\nretry: {initial: 10ms}\ndelivery: {probe_initial: 20ms, probe_max: 50ms}"
            try await Bench.run(configuration, script: { _ in answers.next() }) { bench in
                try await bench.register()
                try await deliver(bench, message("$1"))
                try await bench.read(Bench.receipt("$1"), as: "r")
                try await bench.waitForAccepted(2)
                try await bench.waitForEmptyQueue()
                #expect(bench.log.received.map(\.eventID) == ["$1", nil, nil, nil, nil])
                #expect(bench.log.received.dropFirst().allSatisfy { $0.counts == [0, 0] })
            }
        }

        @Test func aNewerCountFollowsOneThatIsInFlight() async throws {
            let script: ScriptedGateway.Script = {
                $0.counts == [1, 0] ? .respond(status: 200, body: #"{"rejected":[]}"#, after: .seconds(1)) : .accept
            }
            try await Bench.run(Bench.local + Self.byEvent, script: script) { bench in
                try await bench.register()
                try await deliver(bench, message("$1"), message("$2"))
                try await bench.waitForEmptyQueue()
                try await bench.read(Bench.receipt("$1"), as: "r1")
                try await waitUntil("the first badge") { bench.log.count == 3 }
                try await bench.read(Bench.receipt("$2"), as: "r2")
                try #require(bench.log.received.last?.endedAt == nil, "the receipt has to come while it is in flight")
                try await bench.waitForAccepted(4)
                try await bench.waitForEmptyQueue()
                #expect(bench.log.received.suffix(2).map(\.counts) == [[1, 0], [0, 0]])
                #expect(bench.log.count == 4)
            }
        }

        @Test func aCountsOnlyPushThatAKillCutsOffComesAgainWithTheLatestCounts() async throws {
            let script: ScriptedGateway.Script = { $0.counts == [1, 0] ? .hold : .accept }
            try await Bench.run(Bench.local + Self.byEvent, script: script) { bench in
                try await bench.register()
                try await deliver(bench, message("$1"), message("$2"))
                try await bench.waitForEmptyQueue()
                try await bench.read(Bench.receipt("$1"), as: "r1")
                try await waitUntil("the first badge") { bench.log.count == 3 }
                try await bench.read(Bench.receipt("$2"), as: "r2")
                #expect(bench.log.count == 3, "one at a time")
                try await bench.crash()
                try await bench.waitForAccepted(3)
                try await bench.waitForEmptyQueue()
                #expect(bench.log.received.map(\.eventID) == ["$1", "$2", nil, nil])
                #expect(bench.log.received.last?.counts == [0, 0])
            }
        }

        @Test(arguments: ["disable_badge_count", "org.matrix.msc4076.disable_badge_count"])
        func aPusherThatCountsItselfGetsNoCountsAnywhere(name: String) async throws {
            try await Bench.run { bench in
                try await bench.register(data: #","\#(name)":true"#)
                try await deliver(bench, message("$1", counts: #"{"unread":5}"#))
                try await bench.waitForEmptyQueue()
                try await bench.read(Bench.receipt("$1", counts: #"{"unread":0}"#), as: "r")
                #expect(try await bench.status()["queue"]?["pending"]?.integer == 0)
                try await bench.crash()
                try await deliver(bench, message("$2"))
                #expect(bench.log.received.map(\.eventID) == ["$1", "$2"])
                #expect(bench.log.received.allSatisfy { $0.notification?["counts"] == nil })
                // With the switch off it is a pusher like any other.
                try await bench.register(data: #","\#(name)":false"#)
                try await bench.read(Bench.receipt("$2", counts: #"{"unread":1}"#), as: "r2")
                try await bench.waitForAccepted(3)
                #expect(bench.accepted.last?.counts == [1, 0])
            }
        }

        @Test func withoutBadgeUpdatesAReceiptSendsNothing() async throws {
            try await Bench.run(Bench.local + "\npush: {badge_updates: false}") { bench in
                try await bench.register()
                try await deliver(bench, message("$1"))
                try await bench.waitForEmptyQueue()
                try await bench.read(Bench.receipt("$1"), as: "r")
                #expect(try await bench.status()["queue"]?["pending"]?.integer == 0)
                try await deliver(bench, message("$2"), message("$3", in: "!o:hs"))
                #expect(bench.log.received.map(\.eventID) == ["$1", "$2", "$3"])
                #expect(bench.log.received.map(\.counts.first) == [1, 1, 2])
            }
        }

        @Test func aDisabledPusherGetsNoCountsOnlyPush() async throws {
            try await Bench.run { bench in
                try await bench.register()
                try await deliver(bench, message("$1"))
                try await bench.waitForEmptyQueue()
                let off = bench.pusher(members: #","enabled":false"#)
                let set = try await bench.client.send("POST", "/_matrix/client/v3/pushers/set?user_id=@bob:hs", off)
                #expect(set.status == 200)
                try await bench.read(Bench.receipt("$1"), as: "r")
                #expect(try await bench.status()["queue"]?["pending"]?.integer == 0)
                #expect(bench.log.count == 1)
            }
        }
    }
}
