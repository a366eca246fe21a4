import MatrixPusher
import Testing

/// What a pusher takes in, and what it does not take twice.
@Suite(.timeLimit(.minutes(5)))
struct PusherIntakeTests {
    @Test func `The same transaction again gets the same answer and queues nothing`() async throws {
        let gateway = try ScriptedGateway()
        defer { gateway.stop() }
        let fixture = try PusherFixture()
        let pusher = try fixture.start()
        try await pusher.register("key", at: gateway.url)
        #expect(try await pusher.submit("t1", event: "$1") == transactionAnswer(accepted: 1, notifications: 1))
        #expect(try await pusher.submit("t1", event: "$1") == transactionAnswer(accepted: 1, notifications: 1))
        // Whatever it holds this time.
        #expect(
            try await pusher.submit("t1", event: "$2", to: ["@bob:hs", "@eve:hs"])
                == transactionAnswer(accepted: 1, notifications: 1))
        try await pusher.submit("t2", event: "$3")
        await gateway.wait(for: 2)
        #expect(try await fixture.stop().status().queue.pending == 0)
        #expect(gateway.received.map(\.eventID) == ["$1", "$3"])
    }

    @Test func `A transaction is known after a restart`() async throws {
        let fixture = try PusherFixture()
        let first = try fixture.start()
        try await first.register("key", at: "http://127.0.0.1:1/_matrix/push/v1/notify")
        #expect(try await first.submit("t1", event: "$1") == transactionAnswer(accepted: 1, notifications: 1))
        try await fixture.stop()
        let second = try fixture.start()
        #expect(try await second.submit("t1", event: "$1") == transactionAnswer(accepted: 1, notifications: 1))
        #expect(try await second.submit("t2", event: "$1") == transactionAnswer(accepted: 1, notifications: 0))
        #expect(try await fixture.stop().status().queue.pending == 1)
    }

    @Test func `The same event in another transaction is queued only for those who had it not`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.start()
        try await pusher.register("k1", of: "@bob:hs", at: "http://127.0.0.1:1/_matrix/push/v1/notify")
        try await pusher.register("k2", of: "@eve:hs", at: "http://127.0.0.1:1/_matrix/push/v1/notify")
        #expect(try await pusher.submit("t1", event: "$1") == transactionAnswer(accepted: 1, notifications: 1))
        #expect(try await pusher.submit("t2", event: "$1") == transactionAnswer(accepted: 1, notifications: 0))
        #expect(
            try await pusher.submit("t3", event: "$1", to: ["@bob:hs", "@eve:hs"])
                == transactionAnswer(accepted: 1, notifications: 1))
        #expect(try await fixture.stop().status().queue.pending == 2)
    }

    @Test func `A recipient who is named twice is notified once`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.start()
        try await pusher.register("key", at: "http://127.0.0.1:1/_matrix/push/v1/notify")
        #expect(
            try await pusher.submit("t1", event: "$1", to: ["@bob:hs", "@bob:hs"])
                == transactionAnswer(accepted: 1, notifications: 1))
        try await fixture.stop()
    }

    @Test func `Of many submissions of one transaction at once one is stored and all get its answer`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.start()
        try await pusher.register("key", at: "http://127.0.0.1:1/_matrix/push/v1/notify")
        for round in 0..<20 {
            let answers = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 { group.addTask { try await pusher.submit("t\(round)", event: "$\(round)") } }
                return try await group.reduce(into: [String]()) { $0.append($1) }
            }
            #expect(answers == Array(repeating: transactionAnswer(accepted: 1, notifications: 1), count: 8))
        }
        #expect(try await fixture.stop().status().queue.pending == 20)
    }

    @Test func `Of many transactions with one event at once one queues it`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.start()
        try await pusher.register("key", at: "http://127.0.0.1:1/_matrix/push/v1/notify")
        for round in 0..<20 {
            let answers = try await withThrowingTaskGroup(of: String.self) { group in
                for other in 0..<8 {
                    group.addTask { try await pusher.submit("t\(round)-\(other)", event: "$\(round)") }
                }
                return try await group.reduce(into: [String]()) { $0.append($1) }
            }
            #expect(answers.count { $0 == transactionAnswer(accepted: 1, notifications: 1) } == 1)
            #expect(answers.count { $0 == transactionAnswer(accepted: 1, notifications: 0) } == 7)
        }
        #expect(try await fixture.stop().status().queue.pending == 20)
    }

    @Test func `Over the limit nothing is stored, and the same transaction is taken once there is room`() async throws {
        let gateway = try ScriptedGateway()
        defer { gateway.stop() }
        let fixture = try PusherFixture { $0.queue.maxPending = 2 }
        let pusher = try fixture.open()
        try await pusher.register("key", at: gateway.url)
        try await pusher.submit("t1", event: "$1")
        try await pusher.submit("t2", event: "$2")
        do throws(PusherError) {
            try await pusher.submit("t3", event: "$3")
            Issue.record("taken over the limit")
        } catch {
            #expect(error.code == .limitExceeded)
            #expect(error.retryAfter != nil)
        }
        // What queues nothing is still taken, and so is what was taken before.
        #expect(
            try await pusher.submit("t4", event: "$4", to: ["@nobody:hs"])
                == transactionAnswer(accepted: 1, notifications: 0))
        #expect(try await pusher.submit("t2", event: "$2") == transactionAnswer(accepted: 1, notifications: 1))
        #expect(try await pusher.status().queue.pending == 2)
        fixture.run(pusher)
        await gateway.wait(for: 2)
        try await fixture.stop()
        let second = try fixture.start()
        #expect(try await second.submit("t3", event: "$3") == transactionAnswer(accepted: 1, notifications: 1))
        await gateway.wait(for: 3)
        try await fixture.stop()
        #expect(gateway.received.map(\.eventID) == ["$1", "$2", "$3"])
    }

    @Test func `Many transactions at once do not overshoot the limit, and room that was not used is free again`()
        async throws
    {
        let fixture = try PusherFixture { $0.queue.maxPending = 10 }
        let pusher = try fixture.open()
        try await pusher.register("key", at: "http://127.0.0.1:9/_matrix/push/v1/notify")
        let accepted = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<200 {
                group.addTask {
                    // Every event comes twice: the second finds out that it has nothing to store.
                    do throws(PusherError) {
                        try await pusher.submit("t\(index)", event: "$\(index / 2)")
                        return true
                    } catch {
                        #expect(error.code == .limitExceeded)
                        return false
                    }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect((10...20).contains(accepted))
        #expect(try await pusher.status().queue.pending == 10)
        let id = try #require(try await pusher.pushers(of: "@bob:hs").first?.id)
        _ = try await pusher.removePusher(id: id)
        try await pusher.register("key", at: "http://127.0.0.1:9/_matrix/push/v1/notify")
        for index in 0..<10 { try await pusher.submit("again \(index)", event: "$again \(index)") }
        #expect(try await pusher.status().queue.pending == 10)
    }

    @Test func `Nobody is notified of what they sent, and nobody without a pusher is queued for`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.start()
        try await pusher.register("key", of: "@alice:hs", at: "http://127.0.0.1:1/_matrix/push/v1/notify")
        #expect(
            try await pusher.submit("t1", event: "$1", to: ["@alice:hs", "@bob:hs"])
                == transactionAnswer(accepted: 1, notifications: 0))
        try await fixture.stop()
    }

    @Test(arguments: ["", String(repeating: "x", count: 256)])
    func `A transaction id has 1 to 255 bytes`(transactionID: String) async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.start()
        do throws(PusherError) {
            try await pusher.submit(transactionID, event: "$1")
            Issue.record("taken")
        } catch {
            #expect(error.code == .invalidParam)
        }
        try await fixture.stop()
    }

    @Test func `After the end nothing is taken any more`() async throws {
        let fixture = try PusherFixture()
        let pusher = try fixture.start()
        try await pusher.register("key", at: "http://127.0.0.1:1/_matrix/push/v1/notify")
        try await fixture.stop()
        do throws(PusherError) {
            try await pusher.submit("t1", event: "$1")
            Issue.record("taken")
        } catch {
            #expect(error.code == .unavailable)
        }
    }

    @Test func `The last place of the queue is free as soon as the former answer is there`() async throws {
        let fixture = try PusherFixture { $0.queue.maxPending = 2 }
        let pusher = try fixture.open()
        try await pusher.register("key", at: "http://127.0.0.1:1/_matrix/push/v1/notify")
        // The second goes on where the first is answered, before anything that comes after the answer.
        try await withTaskExecutorPreference(InlineExecutor()) {
            try await pusher.submit("t1", event: "$1")
            try await pusher.submit("t2", event: "$2")
        }
        await #expect(throws: PusherError.self) { try await pusher.submit("t3", event: "$3") }
    }

    /// Runs a task's next part on the thread that makes it possible, at once.
    private final class InlineExecutor: TaskExecutor {
        func enqueue(_ job: consuming ExecutorJob) {
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}
