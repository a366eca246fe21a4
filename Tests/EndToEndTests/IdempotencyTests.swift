import PushJSON
import SidecarHarness
import Testing

extension EndToEndTests {
    /// A homeserver sends a transaction again until it is answered: whatever happens between, it counts once.
    @Suite struct Idempotency {
        private static let body = Bench.transaction(
            events: ["$1", "$2", "$3"].map { Bench.event($0) }, receipts: [Bench.receipt("$2")])
        private static let answer = #"{"accepted":3,"notifications":3,"rejected":[]}"#

        private func send(_ bench: Bench, _ body: String = body, as transaction: String) async throws -> String {
            let response = try await bench.client.send("PUT", "/_pusher/v1/transactions/\(transaction)", body)
            try #require(response.status == 200, "\(response.text)")
            return response.text
        }

        @Test func eventsAndReceiptsSentAgainChangeNothingAlsoAfterACrash() async throws {
            try await Bench.run(Bench.held, script: Bench.onlyTheWell) { bench in
                try await bench.registerFailing("sick")
                #expect(try await send(bench, as: "t") == Self.answer)
                #expect(try await send(bench, as: "t") == Self.answer)
                try await bench.crash()
                #expect(try await send(bench, as: "t") == Self.answer)
                // The receipt was for what had come; the same one must not take what came after it.
                try await bench.submit(Bench.event("$4"), as: "u")
                #expect(try await send(bench, as: "t") == Self.answer)
                #expect(try await bench.queued() == ["$first", "$3", "$4"])
                // The same id with another content is the same transaction.
                let other = Bench.transaction(events: [Bench.event("$5")])
                #expect(try await send(bench, other, as: "t") == Self.answer)
                #expect(try await bench.queued() == ["$first", "$3", "$4"])
                try await bench.release("sick")
                try await bench.waitForAccepted("$4")
                try await bench.waitForEmptyQueue()
                #expect(bench.accepted.compactMap(\.eventID) == ["$first", "$3", "$4"])
            }
        }

        /// What of a transaction was on the disk when the sidecar was killed.
        private enum Progress: Hashable {
            case nothing, eventsAlone, everything
        }

        /// The moments of the kills close in on the one between the commits of the events and of the receipts.
        @Test func aTransactionThatAKillCutsOffCountsOnce() async throws {
            try await Bench.run(Bench.held, script: Bench.onlyTheWell) { bench in
                try await bench.registerFailing()
                var wanted = ["$first"]
                var met: [Progress: Int] = [:]
                var delays: ClosedRange<Duration> = .zero ... .milliseconds(400)
                // Redactions of known events keep the time between the commits long enough to be hit.
                let known = (0..<300).map { "$known\($0)" }
                let events = known.map { Bench.event($0, to: []) }
                #expect(try await send(bench, Bench.transaction(events: events), as: "known").isEmpty == false)
                let redactions = known.map {
                    Bench.event("$x\($0)", type: "m.room.redaction", members: #","redacts":"\#($0)""#, to: [])
                }
                for round in 0..<30 where met[.eventsAlone, default: 0] < 2 {
                    let ids = (1...3).map { "$\(round)-\($0)" }
                    let room = "!\(round):hs"
                    let body = Bench.transaction(
                        events: ids.map { Bench.event($0, in: room) } + redactions,
                        receipts: [Bench.receipt(ids[1], in: room)])
                    let answer = Self.answer.replacing(#""accepted":3"#, with: #""accepted":303"#)
                    let first = Task { try await send(bench, body, as: "t\(round)") }
                    let delay = (delays.lowerBound + delays.upperBound) / 2
                    try await Task.sleep(for: delay)
                    try await bench.crash()
                    if case .success(let early) = await first.result { #expect(early == answer) }

                    let queued = try await bench.queued()
                    let progress: Progress =
                        queued.contains(ids[0]) ? .eventsAlone : queued.contains(ids[2]) ? .everything : .nothing
                    met[progress, default: 0] += 1
                    switch progress {
                    case .nothing: delays = delay...max(delay, delays.upperBound + .milliseconds(5))
                    case .eventsAlone: break
                    case .everything: delays = max(.zero, min(delay, delays.lowerBound - .milliseconds(5)))...delay
                    }
                    #expect(try await send(bench, body, as: "t\(round)") == answer, "\(progress)")
                    wanted.append(ids[2])
                    #expect(try await bench.queued() == wanted, "\(progress)")
                }
                #expect(met[.eventsAlone, default: 0] > 0, "no kill came between the commits: \(met)")
                try await bench.release()
                try await waitUntil("all of it") { bench.accepted.compactMap(\.eventID).count >= wanted.count }
                try await bench.waitForEmptyQueue()
                #expect(bench.accepted.compactMap(\.eventID) == wanted)
            }
        }

        @Test func theSameTransactionOverManyConnectionsAtOnceCountsOnce() async throws {
            try await Bench.run(Bench.held, script: Bench.onlyTheWell) { bench in
                try await bench.registerFailing()
                let answers = try await withThrowingTaskGroup(of: String.self) { group in
                    for _ in 0..<8 { group.addTask { try await send(bench, as: "t") } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(answers == Array(repeating: Self.answer, count: 8))
                #expect(try await bench.queued() == ["$first", "$3"])
                #expect(try await bench.status()["recent"]?["cancelled"]?.integer == 2)
            }
        }

        @Test func anEventIsQueuedOnceForAPusherWhateverTheTransaction() async throws {
            try await Bench.run(Bench.held, script: Bench.onlyTheWell) { bench in
                let users = ["@bob:hs", "@eve:hs"]
                for user in users { try await bench.register("key of \(user)", user: user) }
                // Two workers of a homeserver at once.
                let counts = try await withThrowingTaskGroup(of: Int64.self) { group in
                    for worker in 0..<6 {
                        group.addTask {
                            let response = try await bench.submit(Bench.event("$1"), as: "worker-\(worker)")
                            return response.json?["notifications"]?.integer ?? -1
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(counts.sorted() == [0, 0, 0, 0, 0, 1])
                // For a recipient who was not in the first transaction it is new.
                try await bench.crash()
                let more = try await bench.submit(
                    Bench.event("$1", to: users), Bench.event("$1", to: users), as: "more")
                #expect(more.text == #"{"accepted":2,"notifications":1,"rejected":[]}"#)
                #expect(try await bench.notifications().map { $0["user_id"]?.string } == users)
                for user in users { try await bench.release("key of \(user)", user: user) }
                try await bench.waitForEmptyQueue()
                #expect(bench.accepted.map(\.counts) == [[1, nil], [1, nil]])
            }
        }

        @Test func aReceiptGoesNoFurtherForAnEventThatCameAgain() async throws {
            try await Bench.run(Bench.held, script: Bench.onlyTheWell) { bench in
                try await bench.registerFailing()
                try await bench.submit(Bench.event("$1"), as: "1")
                try await bench.submit(Bench.event("$2"), as: "2")
                // The first event once more, now for somebody else.
                try await bench.submit(Bench.event("$1", to: ["@bob:hs", "@eve:hs"]), as: "3")
                try await bench.read(Bench.receipt("$1"), as: "r")
                #expect(try await bench.queued() == ["$first", "$2"])
            }
        }
    }
}
