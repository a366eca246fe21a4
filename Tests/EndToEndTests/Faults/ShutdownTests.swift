import Glibc
import PushJSON
import SidecarHarness
import Testing

extension EndToEndTests {
    /// SIGTERM, in good times and bad.
    @Suite struct Shutdown {
        private static let short = Bench.local + "\ndelivery: {shutdown_timeout: 500ms}"

        private func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

        @Test func whatTheDeadlineCutsOffCountsAsNoAttempt() async throws {
            let script = Sequencer([.hold], then: .accept)
            try await Bench.run(Self.short, script: { _ in script.next() }) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), as: "t")
                try await waitUntil("the request") { bench.log.count == 1 }
                let begin = ContinuousClock.now
                #expect(try await bench.sidecar.stop() == .code(0))
                let lasted = ContinuousClock.now - begin
                #expect(lasted >= .milliseconds(450) && lasted < .seconds(4), "\(lasted)")

                let list = [
                    "queue", "list", "--json", "--socket", "/nowhere", "--database", bench.sidecar.databasePath,
                ]
                let listed = try await bench.sidecar.run(list)
                let notification = try JSONDocument(parsing: listed.output).root
                #expect(notification["attempts"]?.integer == 0, "\(listed.output)")
                #expect(notification["last_error"]?.isNull == true)
                let id = try #require(notification["id"]?.string)
                let show = ["queue", "show", id, "--json", "--socket", "/nowhere"]
                let shown = try await bench.sidecar.run(show + ["--database", bench.sidecar.databasePath])
                #expect(try JSONDocument(parsing: shown.output).root["attempt_log"]?.count == 0, "\(shown.output)")

                try await bench.sidecar.start()
                try await bench.waitForAccepted(1)
                #expect(bench.log.received.map(\.eventID) == ["$1", "$1"])
            }
        }

        @Test func deliveryAndCallersHaveTheSameDeadline() async throws {
            let configuration = Bench.local + "\ndelivery: {shutdown_timeout: 2s}"
            try await Bench.run(configuration, script: { _ in .hold }) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), as: "t")
                try await waitUntil("the request") { bench.log.count == 1 }
                // A caller in the middle of its request.
                let slow = try OpenCaller(bench.sidecar)
                slow.write("PUT /_pusher/v1/transactions/slow HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
                _ = try await bench.client.get("/health")
                let begin = ContinuousClock.now
                #expect(try await bench.sidecar.stop() == .code(0))
                let lasted = ContinuousClock.now - begin
                #expect(lasted >= .milliseconds(1900) && lasted < .milliseconds(3900), "\(lasted)")
                withExtendedLifetime(slow) {}
            }
        }

        @Test func nothingNewIsSentWhileItEnds() async throws {
            try await Bench.run(script: { _ in .respond(status: 200, after: .milliseconds(400)) }) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), Bench.message("$2"), as: "t")
                try await waitUntil("the request") { bench.log.count == 1 }
                let caller = try OpenCaller(bench.sidecar)
                let late = Bench.transaction(events: [Bench.message("$3")])
                let half = late.utf8.count / 2
                caller.write(
                    "PUT /_pusher/v1/transactions/u HTTP/1.1\r\nHost: x\r\nContent-Length: \(late.utf8.count)\r\n\r\n"
                        + String(late.prefix(half)))
                _ = try await bench.client.get("/health")
                bench.sidecar.send(SIGTERM)
                try await waitUntil("the socket to be gone") { !exists(bench.sidecar.socketPath) }
                // A request that had begun is finished, and what it brought is there at the next start.
                caller.write(String(late.dropFirst(half)))
                #expect(try await bench.sidecar.waitForExit() == .code(0))
                #expect(bench.log.received.map(\.eventID) == ["$1"])
                try await bench.sidecar.start()
                try await bench.waitForAccepted(3)
                #expect(bench.log.received.map(\.eventID) == ["$1", "$2", "$3"])
            }
        }

        @Test(arguments: [SIGTERM, SIGINT])
        func aSecondSignalEndsItAtOnce(signal: Int32) async throws {
            let script = Sequencer([.hold], then: .accept)
            try await Bench.run(script: { _ in script.next() }) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), as: "t")
                try await waitUntil("the request") { bench.log.count == 1 }
                bench.sidecar.send(SIGTERM)
                try await waitUntil("the socket to be gone") { !exists(bench.sidecar.socketPath) }
                let begin = ContinuousClock.now
                bench.sidecar.send(signal)
                #expect(try await bench.sidecar.waitForExit() == .code(128 + signal))
                #expect(ContinuousClock.now - begin < .seconds(2))
                try await bench.sidecar.start()
                try await bench.waitForAccepted(1)
            }
        }

        @Test func aSignalWhileItStartsLeavesADatabaseThatCanBeUsed() async throws {
            try await Bench.run(start: false, withFaults: true) { bench in
                bench.faults.hold = .beforeTheLogIsWritten
                try bench.sidecar.launch()
                try await bench.faults.waitUntilHeld()
                bench.sidecar.send(SIGTERM)
                let exit = try await bench.sidecar.waitForExit(within: .seconds(5))
                #expect(exit == .signal(SIGTERM) || exit == .code(0))
                bench.faults.hold = .nowhere
                try await bench.sidecar.start()
                try await bench.register()
                try await bench.submit(Bench.message("$1"), as: "t")
                try await bench.waitForAccepted(1)
            }
        }
    }
}
