import Synchronization
import Testing

@testable import MatrixPusher

struct DeadLetterTests {
    /// A pusher whose gateway refuses what it is told to, with `count` dead letters, the ids of their events `$0`, `$1` …
    private func withDeadLetters(
        _ count: Int, maxPending: Int = 1000,
        _ body: (_ pusher: Pusher, _ letters: [NotificationSummary], _ gateway: ScriptedGateway) async throws -> Void
    ) async throws {
        // A blocked address buries at once; set anew the pusher reaches its gateway.
        let gateway = try ScriptedGateway()
        defer { gateway.stop() }
        let fixture = try PusherFixture {
            $0.network.ipRangeAllowlist = ["127.0.0.1/32"]
            $0.queue.maxPending = maxPending
        }
        let pusher = try fixture.start()
        try await pusher.register("key", at: "http://127.0.0.2:\(gateway.port)/_matrix/push/v1/notify")
        for index in 0..<count { try await pusher.submit("t\(index)", event: "$\(index)") }
        var letters: [NotificationSummary] = []
        while letters.count < count {
            letters = try await pusher.deadLetters(DeadLetterFilter())
            await Task.yield()
        }
        try await body(pusher, letters, gateway)
        try await fixture.stop()
    }

    @Test func `A dead letter that is put back is delivered`() async throws {
        try await withDeadLetters(2) { pusher, letters, gateway in
            #expect(letters.map(\.eventID) == ["$0", "$1"])
            try await pusher.register("key", at: gateway.url)
            try await pusher.retryDeadLetter(id: letters[1].id)
            await gateway.wait(for: 1)
            #expect(gateway.received.map(\.eventID) == ["$1"])
            #expect(try await pusher.deadLetters(DeadLetterFilter()).map(\.eventID) == ["$0"])
            await #expect(throws: PusherError(.notFound, "there is no dead letter with this id")) {
                try await pusher.retryDeadLetter(id: letters[1].id)
            }
        }
    }

    @Test func `One whose pusher is gone says so and stays`() async throws {
        try await withDeadLetters(1) { pusher, letters, gateway in
            let before = try await pusher.deadLetter(id: letters[0].id)
            let id = try #require(try await pusher.pushers(of: "@bob:hs").first?.id)
            _ = try await pusher.removePusher(id: id)
            let error = await #expect(throws: PusherError.self) { try await pusher.retryDeadLetter(id: letters[0].id) }
            #expect(error?.code == .invalidParam)
            #expect(error?.message.contains("its pusher is gone") == true)
            let report = try await pusher.retryDeadLetters(DeadLetterFilter())
            #expect((report.matched, report.changed, report.next) == (1, 0, nil))
            #expect(try await pusher.deadLetter(id: letters[0].id) == before)
            #expect(before?.attempts.count == 1)
        }
    }

    @Test func `A filter chooses, and a call goes on where the last one stopped`() async throws {
        try await withDeadLetters(5) { pusher, letters, gateway in
            var filter = DeadLetterFilter()
            filter.userID = "@eve:hs"
            #expect(try await pusher.countDeadLetters(filter) == 0)
            #expect(try await pusher.purgeDeadLetters(filter) == DeadLetterReport())
            filter.userID = "@bob:hs"
            filter.reason = .blockedAddress
            #expect(try await pusher.countDeadLetters(filter) == 5)
            filter.limit = 2
            #expect(try await pusher.countDeadLetters(filter) == 5)
            let first = try await pusher.purgeDeadLetters(filter)
            #expect((first.matched, first.changed, first.next) == (2, 2, letters[1].id))
            try await pusher.register("key", at: gateway.url)
            filter.limit = 3
            let second = try await pusher.retryDeadLetters(filter, after: letters[2].id)
            #expect((second.matched, second.changed, second.next) == (2, 2, nil))
            await gateway.wait(for: 2)
            #expect(gateway.received.map(\.eventID) == ["$3", "$4"])
            #expect(try await pusher.deadLetters(DeadLetterFilter()).map(\.eventID) == ["$2"])
            try await pusher.purgeDeadLetter(id: letters[2].id)
            #expect(try await pusher.countDeadLetters(DeadLetterFilter()) == 0)
            await #expect(throws: PusherError(.notFound, "there is no dead letter with this id")) {
                try await pusher.purgeDeadLetter(id: letters[2].id)
            }
        }
    }

    @Test func `As many are put back as the queue has room for`() async throws {
        let gateway = try ScriptedGateway(.silence)
        defer { gateway.stop() }
        try await withDeadLetters(6, maxPending: 4) { pusher, letters, _ in
            try await pusher.register("key", at: gateway.url)
            try await pusher.retryDeadLetter(id: letters[0].id)
            // Five at once, two, and one.
            let report = try await pusher.retryDeadLetters(DeadLetterFilter())
            #expect((report.matched, report.changed, report.next) == (3, 3, letters[3].id))
            let error = await #expect(throws: PusherError.self) {
                try await pusher.retryDeadLetters(DeadLetterFilter())
            }
            #expect(error?.code == .limitExceeded)
            #expect(try await pusher.status().queue.pending == 4)
            #expect(try await pusher.status().queue.dead == 2)
            gateway.stop()
        }
    }

    @Test func `A redaction takes the event's dead letters away`() async throws {
        try await withDeadLetters(2) { pusher, letters, _ in
            try await pusher.redact("$0", inContent: true)
            #expect(try await pusher.deadLetters(DeadLetterFilter()).map(\.eventID) == ["$1"])
            #expect(try await pusher.deadLetter(id: letters[0].id) == nil)
        }
    }

    @Test func `What is put back keeps its place over a restart, and its call has no lifetime any more`() async throws {
        let refusing = try ScriptedGateway(.status("400 Bad Request"))
        defer { refusing.stop() }
        let fixture = try PusherFixture {
            $0.network.ipRangeAllowlist = ["127.0.0.1/32"]
            $0.retry.initial = .seconds(3600)
        }
        let pusher = try fixture.start()
        try await pusher.register("key", at: "http://127.0.0.2:\(refusing.port)/_matrix/push/v1/notify")
        let call = #"{"call_id":"c","lifetime":600000,"version":"1"}"#
        try await pusher.send("$call", in: "!r:hs", type: "m.call.invite", content: call, actions: #"["notify"]"#)
        var letters: [NotificationSummary] = []
        while letters.isEmpty {
            letters = try await pusher.deadLetters(DeadLetterFilter())
            await Task.yield()
        }
        try await pusher.register("key", at: refusing.url)
        try await pusher.submit("t1", event: "$head")
        while try await pusher.status().queue.waiting == 0 { await Task.yield() }
        try await pusher.retryDeadLetter(id: letters[0].id)
        let retriedAt = UnixClock.now()
        while UnixClock.now() == retriedAt { await Task.yield() }
        try await pusher.submit("t2", event: "$last")
        let before = Queue(pusher)
        #expect(before.ids.count == 3 && before.ids[1] == letters[0].id)
        #expect((before.refusals, before.isHeadTried, before.lifetimes) == (1, true, 0))
        try await fixture.stop()
        #expect(Queue(try fixture.open()) == before)
    }

    /// The only pusher's queue as memory has it.
    private struct Queue: Equatable {
        var ids: [Int64]
        var refusals: Int
        var isHeadTried: Bool
        var lifetimes: Int

        init(_ pusher: Pusher) {
            self = pusher.dispatcher.state.withLock { state in
                let scheduler = state.scheduler
                return Queue(
                    ids: scheduler.pending(of: 0), refusals: scheduler.refusals(0),
                    isHeadTried: scheduler.pushers[0].flags.contains(.tried),
                    lifetimes: scheduler.items.lifetimes.count)
            }
        }

        private init(ids: [Int64], refusals: Int, isHeadTried: Bool, lifetimes: Int) {
            (self.ids, self.refusals, self.isHeadTried, self.lifetimes) = (ids, refusals, isHeadTried, lifetimes)
        }
    }
}
