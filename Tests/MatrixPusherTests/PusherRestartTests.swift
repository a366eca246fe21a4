import Foundation
import MatrixPusher
import Testing

/// What outlives the process, and how it ends.
@Suite(.timeLimit(.minutes(5)))
struct PusherRestartTests {
    @Test func `What was queued is delivered after a restart, in order`() async throws {
        let fixture = try PusherFixture { $0.delivery.shutdownTimeout = .zero }
        let silent = try ScriptedGateway(.silence)
        let first = try fixture.start()
        try await first.register("key", at: silent.url)
        for event in 1...20 { try await first.submit("t\(event)", event: "$\(event)") }
        await silent.wait(for: 1)
        #expect(try await fixture.stop().status().queue.pending == 20)
        silent.stop()
        fixture.configuration.delivery.shutdownTimeout = .seconds(10)
        let gateway = try ScriptedGateway()
        defer { gateway.stop() }
        let second = try fixture.open()
        try await second.register("key", at: gateway.url)
        #expect(try await second.status().queue.pending == 20)
        fixture.run(second)
        await gateway.wait(for: 20)
        #expect(try await fixture.stop().status().queue.pending == 0)
        #expect(gateway.received.map(\.eventID) == (1...20).map { "$\($0)" })
    }

    @Test func `Delivery begins though the database's file was moved away since it was opened`() async throws {
        let gateway = try ScriptedGateway()
        defer { gateway.stop() }
        let fixture = try PusherFixture()
        let pusher = try fixture.open()
        try await pusher.register("key", at: gateway.url)
        try await pusher.submit("t", event: "$1")
        let path = fixture.configuration.databasePath
        try FileManager.default.moveItem(atPath: path, toPath: path + ".moved")
        fixture.run(pusher)
        await gateway.wait(for: 1)
        try FileManager.default.moveItem(atPath: path + ".moved", toPath: path)
        #expect(try await fixture.stop().status().queue.pending == 0)
    }

    @Test func `A pusher's backoff and the beginning of its failures outlive a restart`() async throws {
        let gateway = try ScriptedGateway { _, received in received.pushkey == "bad" ? .status("500 Error") : .ok }
        defer { gateway.stop() }
        let fixture = try PusherFixture { $0.retry.initial = .seconds(3600) }
        let first = try fixture.start()
        try await first.register("bad", of: "@bob:hs", at: gateway.url)
        try await first.register("good", of: "@eve:hs", at: gateway.url)
        try await first.submit("t1", event: "$1", to: ["@bob:hs"])
        await gateway.wait(for: 1)
        try await fixture.stop()

        let second = try fixture.start()
        let before = try #require(try await second.pushers(of: "@bob:hs").first)
        #expect(before.failingSince != nil)
        #expect(before.attempts == 1)
        #expect(before.lastError == "HTTP status 500")
        let pause = try #require(before.nextAttemptAt) - (before.failingSince ?? 0)
        #expect((3_599_000...3_601_000).contains(pause))
        // Neither what was queued nor what comes new bypasses the backoff.
        try await second.submit("t2", event: "$2", to: ["@bob:hs", "@eve:hs"])
        await gateway.wait(for: 2)
        let status = try await second.status()
        #expect(status.queue.waiting == 2)
        #expect(status.pushers.failing == 1)
        let queue = try await fixture.stop()
        #expect(gateway.received.map(\.pushkey) == ["bad", "good"])
        #expect(try await queue.status().queue.waiting == 2)
    }

    @Test func `A gateway's pause outlives a restart`() async throws {
        let busy = try ScriptedGateway(.status("429 Slow Down", headers: ["Retry-After: 600"]))
        let other = try ScriptedGateway()
        defer {
            busy.stop()
            other.stop()
        }
        let fixture = try PusherFixture()
        let first = try fixture.start()
        try await first.register("k1", of: "@bob:hs", at: busy.url)
        try await first.register("k2", of: "@eve:hs", at: other.url)
        try await first.submit("t1", event: "$1", to: ["@bob:hs"])
        await busy.wait(for: 1)
        #expect(try await fixture.stop().status().gateways.down == 1)

        let second = try fixture.start()
        try await second.submit("t2", event: "$2", to: ["@bob:hs", "@eve:hs"])
        await other.wait(for: 1)
        let status = try await second.status()
        #expect(status.gateways.down == 1 && status.gateways.ramping == 1)
        #expect(status.queue.waiting == 2)
        try await fixture.stop()
        #expect(busy.received.count == 1)
    }

    @Test func `A shutdown waits for the answers that come in time`() async throws {
        let gate = Gate()
        let gateway = try ScriptedGateway { _, _ in
            gate.wait()
            return .ok
        }
        defer { gateway.stop() }
        let fixture = try PusherFixture()
        let pusher = try fixture.start()
        try await pusher.register("key", at: gateway.url)
        try await pusher.submit("t1", event: "$1")
        try await pusher.submit("t2", event: "$2")
        await gateway.wait(for: 1)
        async let queue = fixture.stop()
        gate.open()
        let status = try await queue.status()
        // The second may have been started before the stop was asked for, but not after.
        #expect(status.queue.pending + gateway.received.count == 2)
    }

    @Test func `A shutdown counts no attempt of what it breaks off`() async throws {
        let gateway = try ScriptedGateway(.silence)
        defer { gateway.stop() }
        let fixture = try PusherFixture { $0.delivery.shutdownTimeout = .milliseconds(1) }
        let pusher = try fixture.start()
        try await pusher.register("key", at: gateway.url)
        try await pusher.submit("t1", event: "$1")
        await gateway.wait(for: 1)
        let queue = try await fixture.stop()
        let notification = try #require(try await queue.notifications(NotificationFilter()).first)
        #expect(notification.eventID == "$1")
        #expect(notification.attempts == 0)
        #expect(notification.state == .due)
        #expect(try await queue.status().pushers.failing == 0)
    }

    @Test func `A database that is in use can not be opened twice`() async throws {
        let fixture = try PusherFixture()
        _ = try fixture.start()
        do {
            _ = try fixture.open()
            Issue.record("opened twice")
        } catch let error as PusherError {
            #expect(error.code == .unusable)
        }
        try await fixture.stop()
        _ = try fixture.start()
        try await fixture.stop()
    }
}
