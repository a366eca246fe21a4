import PushJSON
import SidecarHarness
import Testing

extension EndToEndTests {
    /// What is queued is looked at again before it is sent: much can have changed since it came.
    @Suite struct Rechecks {
        enum Change: CaseIterable, Sendable {
            case disabled, replaced, redacted, read, muted, mutedByAll, left

            /// As the status counts it.
            var reason: String {
                switch self {
                case .disabled: "disabled"
                case .replaced, .left: "removed"
                case .redacted: "redacted"
                case .read: "read"
                case .muted, .mutedByAll: "muted"
                }
            }
        }

        /// Makes the change; nothing of it needs a gateway.
        private func make(_ change: Change, _ bench: Bench) async throws {
            func send(_ method: String, _ target: String, _ body: String?) async throws {
                let response = try await bench.client.send(method, target, body)
                try #require(response.status == 200, "\(method) \(target): \(response.text)")
            }
            let rules = "/_matrix/client/v3/pushrules/global"
            switch change {
            case .disabled:
                let off = bench.pusher(members: #","enabled":false"#)
                try await send("POST", "/_matrix/client/v3/pushers/set?user_id=@bob:hs", off)
            case .replaced:
                try await bench.register(user: "@eve:hs")
            case .redacted:
                let redactions = ["$1", "$2"].map {
                    Bench.event("$x\($0)", type: "m.room.redaction", members: #","redacts":"\#($0)""#, to: [])
                }
                try await bench.submit(redactions[0], redactions[1], as: "x")
            case .read:
                try await bench.read(Bench.receipt("$2"), as: "r")
            case .muted:
                try await send("PUT", "\(rules)/room/!r:hs?user_id=@bob:hs", #"{"actions":[]}"#)
            case .mutedByAll:
                let content =
                    #"{"global":{"override":[{"rule_id":".m.rule.master","enabled":true,"default":true,"actions":[]}]}}"#
                try await send("PUT", "/_pusher/v1/users/@bob:hs/pushrules", content)
                try await send("DELETE", "/_pusher/v1/users/@bob:hs/pushrules", nil)
            case .left:
                let logout = #"{"device_ids":["A"]}"#
                try await send("POST", "/_pusher/v1/users/@bob:hs/logout", logout)
            }
        }

        @Test(arguments: Change.allCases)
        func whatMustNotBeSentAnyMoreIsCancelled(by change: Change) async throws {
            try await Bench.run(Bench.held, script: Bench.onlyTheWell) { bench in
                let target = "/_matrix/client/v3/pushers/set?user_id=@bob:hs&device_id=A"
                #expect(try await bench.client.send("POST", target, bench.pusher()).status == 200)
                try await bench.submit(Bench.event("$1"), as: "1")
                try await bench.submit(Bench.event("$2"), as: "2")
                try await bench.waitForFailure()
                #expect(try await bench.queued() == ["$1", "$2"])
                try await make(change, bench)
                // The list is read from the disk, which may have it a moment later.
                #expect(try await bench.status()["queue"]?["pending"]?.integer == (change == .read ? 1 : 0))
                try await waitUntil("an empty queue of events") { try await bench.queued() == [] }
                #expect(try await bench.status()["recent"]?["cancelled"]?.integer == 2)
                #expect(try await bench.status()["recent"]?["cancelled_by_reason"]?[change.reason]?.integer == 2)
                try await bench.crash()
                try await waitUntil("the queue to stay empty") { try await bench.queued() == [] }
                // The pusher works, and what was cancelled does not come.
                let user = change == .replaced ? "@eve:hs" : "@bob:hs"
                try await bench.release(user: user)
                try await bench.submit(Bench.event("$3", in: "!o:hs", to: [user]), as: "3")
                try await bench.waitForAccepted("$3")
                try await bench.waitForEmptyQueue()
                #expect(bench.accepted.compactMap(\.eventID) == ["$3"])
                #expect(bench.log.received.compactMap(\.eventID) == ["$1", "$3"])
            }
        }

        @Test func rulesDoNotUndoWhatTheHomeserverDecided() async throws {
            try await Bench.run(Bench.held, script: Bench.onlyTheWell) { bench in
                try await bench.register()
                let given = Bench.event("$2", recipient: #","actions":["notify"]"#)
                try await bench.submit(Bench.event("$1"), given, Bench.event("$3", in: "!o:hs"), as: "1")
                try await bench.waitForFailure()
                try await make(.muted, bench)
                #expect(try await bench.queued() == ["$2", "$3"])
                try await bench.release()
                try await bench.waitForAccepted(2)
                try await bench.waitForEmptyQueue()
                #expect(bench.accepted.map(\.eventID) == ["$2", "$3"])
            }
        }

        @Test func whatIsInFlightFinishesWhateverChanges() async throws {
            let script: ScriptedGateway.Script = { _ in
                .respond(status: 200, body: #"{"rejected":[]}"#, after: .seconds(1))
            }
            try await Bench.run(script: script) { bench in
                try await bench.register()
                try await bench.submit(Bench.event("$1"), Bench.event("$2"), as: "1")
                try await waitUntil("the first request") { bench.log.count == 1 }
                try await make(.muted, bench)
                try #require(bench.log.received.first?.endedAt == nil, "the rule has to come while it is in flight")
                try await bench.waitForEmptyQueue()
                #expect(bench.log.received.map(\.eventID) == ["$1"])
                let recent = try await bench.status()["recent"]
                #expect(recent?["accepted"]?.integer == 1 && recent?["cancelled_by_reason"]?["muted"]?.integer == 1)
            }
        }
    }
}
