import PushJSON
import SidecarHarness
import Testing

extension EndToEndTests {
    /// Receipts and redactions take out of the queue what is no news any more.
    @Suite struct Receipts {
        struct Case: Sendable, CustomTestStringConvertible {
            let event: String
            var thread: String?
            var room = "!r:hs"
            /// What stays queued of ``Receipts/sent``.
            let left: [String]

            var testDescription: String { "\(event) in \(room), thread \(thread ?? "none")" }
        }

        /// In the order of arrival; `$t…` are in the thread of `$root`, `$u1` in another one, `$o` in another room.
        private static let sent = ["$root", "$t1", "$m1", "$u1", "$o", "$t2", "$m2"]

        private static let cases: [Case] = [
            Case(event: "$m1", left: ["$u1", "$o", "$t2", "$m2"]),
            Case(event: "$m2", left: ["$o"]),
            Case(event: "$m1", thread: "main", left: ["$t1", "$u1", "$o", "$t2", "$m2"]),
            Case(event: "$t1", thread: "$root", left: ["$root", "$m1", "$u1", "$o", "$t2", "$m2"]),
            Case(event: "$t2", thread: "$root", left: ["$root", "$m1", "$u1", "$o", "$m2"]),
            Case(event: "$m2", thread: "$nothing", left: sent),
            Case(event: "$unknown", left: ["$o"]),
            Case(event: "$unknown", thread: "main", left: ["$t1", "$u1", "$o", "$t2"]),
            Case(event: "$o", room: "!other:hs", left: sent.filter { $0 != "$o" }),
            Case(event: "$m2", room: "!elsewhere:hs", left: sent),
        ]

        private func message(_ eventID: String) -> String {
            let thread = eventID.hasPrefix("$t") ? "$root" : eventID.hasPrefix("$u") ? "$old" : nil
            return Bench.event(eventID, in: eventID == "$o" ? "!other:hs" : "!r:hs", thread: thread)
        }

        @Test(arguments: cases)
        func aReceiptCancelsItsRoomAndThreadUpToItsEvent(_ wanted: Case) async throws {
            try await Bench.run(Bench.held, script: Bench.onlyTheWell) { bench in
                try await bench.register()
                for eventID in Self.sent { try await bench.submit(message(eventID), as: eventID) }
                try await bench.waitForFailure()
                try await bench.read(Bench.receipt(wanted.event, in: wanted.room, thread: wanted.thread), as: "r")
                #expect(try await bench.queued() == wanted.left)
                let cancelled = Self.sent.count - wanted.left.count
                #expect(try await bench.status()["recent"]?["cancelled"]?.integer == Int64(cancelled))
                // What comes later is news again; and all of it stays so through a crash.
                try await bench.submit(Bench.event("$new"), as: "new")
                try await bench.crash()
                try await bench.release()
                try await bench.waitForAccepted("$new")
                try await bench.waitForEmptyQueue()
                #expect(bench.accepted.compactMap(\.eventID) == wanted.left + ["$new"])
            }
        }

        @Test func aReceiptIsOneUsers() async throws {
            try await Bench.run(Bench.held, script: Bench.onlyTheWell) { bench in
                let both = ["@bob:hs", "@eve:hs"]
                for user in both { try await bench.register("key of \(user)", user: user) }
                try await bench.submit(Bench.event("$1", to: both), Bench.event("$2", to: both), as: "1")
                for user in both { try await bench.waitForFailure(of: "key of \(user)") }
                try await bench.read(Bench.receipt("$2", of: "@eve:hs"), as: "r")
                for user in both { try await bench.release("key of \(user)", user: user) }
                try await bench.waitForEmptyQueue()
                let received = Dictionary(grouping: bench.accepted) { $0.pushkey ?? "" }.mapValues { $0.map(\.eventID) }
                #expect(received == ["key of @bob:hs": ["$1", "$2"], "key of @eve:hs": [nil]])
            }
        }

        @Test func whatIsInFlightFinishesAndTheRestIsCancelled() async throws {
            try await Bench.run(script: { $0.eventID == "$1" ? slow : .accept }) { bench in
                try await bench.register()
                try await bench.submit(Bench.event("$1"), Bench.event("$2"), as: "1")
                try await waitUntil("the first request") { bench.log.count == 1 }
                try await bench.read(Bench.receipt("$2"), as: "r")
                try #require(bench.log.received.first?.endedAt == nil, "the receipt has to come while it is in flight")
                try await bench.waitForAccepted(2)
                try await bench.waitForEmptyQueue()
                #expect(bench.log.received.map(\.eventID) == ["$1", nil])
                #expect(bench.log.received.map(\.counts).last == [0, 0])
                let recent = try await bench.status()["recent"]
                #expect(recent?["accepted"]?.integer == 2 && recent?["cancelled"]?.integer == 1)
            }
        }

        @Test func whatIsReadWhileItsAttemptFailsIsNotTriedAgain() async throws {
            let script: ScriptedGateway.Script = {
                $0.eventID == "$1" ? .respond(status: 500, after: .seconds(1)) : .accept
            }
            try await Bench.run(Bench.local + "\nretry: {initial: 10ms}", script: script) { bench in
                try await bench.register()
                try await bench.submit(Bench.event("$1"), as: "1")
                try await waitUntil("the first request") { bench.log.count == 1 }
                try await bench.read(Bench.receipt("$1"), as: "r")
                try #require(bench.log.received.first?.endedAt == nil, "the receipt has to come while it is in flight")
                try await bench.waitForAccepted(1)
                try await bench.waitForEmptyQueue()
                #expect(bench.log.received.map(\.eventID) == ["$1", nil])
            }
        }

        @Test(arguments: [false, true])
        func aRedactionCancelsItsEventForEveryRecipient(isInContent: Bool) async throws {
            try await Bench.run(Bench.held, script: Bench.onlyTheWell) { bench in
                let both = ["@bob:hs", "@eve:hs"]
                for user in both { try await bench.register("key of \(user)", user: user) }
                for eventID in ["$1", "$2", "$3"] {
                    try await bench.submit(Bench.event(eventID, to: both), as: eventID)
                }
                for user in both { try await bench.waitForFailure(of: "key of \(user)") }
                // Nobody need be told of the redaction itself.
                for eventID in ["$1", "$3", "$unknown"] {
                    let redaction = Bench.event(
                        "$x\(eventID)", type: "m.room.redaction",
                        content: isInContent ? #"{"redacts":"\#(eventID)"}"# : "{}",
                        members: isInContent ? "" : #","redacts":"\#(eventID)""#, to: [])
                    try await bench.submit(redaction, as: "x\(eventID)")
                }
                #expect(try await bench.queued() == ["$2", "$2"])
                #expect(try await bench.status()["recent"]?["cancelled"]?.integer == 4)
                try await bench.crash()
                for user in both { try await bench.release("key of \(user)", user: user) }
                try await bench.waitForAccepted(2)
                try await bench.waitForEmptyQueue()
                #expect(bench.accepted.map(\.eventID) == ["$2", "$2"])
                #expect(bench.accepted.map(\.counts) == [[1, nil], [1, nil]])
            }
        }

        private let slow = GatewayAnswer.respond(status: 200, body: #"{"rejected":[]}"#, after: .seconds(1))
    }
}
