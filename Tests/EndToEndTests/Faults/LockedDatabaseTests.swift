import Glibc
import PushJSON
import SidecarHarness
import Synchronization
import Testing

extension EndToEndTests {
    /// Others at work on the database: a backup, an administrator's transaction.
    @Suite struct LockedDatabase {
        enum Method: CaseIterable {
            /// `.backup` of the `sqlite3` tool: many short steps.
            case inSteps
            /// One long read.
            case atOnce
            case vacuumInto
        }

        @Test(arguments: Method.allCases)
        func aBackupUnderLoadHoldsEverythingAcknowledgedAndUnfinished(method: Method) async throws {
            // Nothing is finished before the copy is served.
            let isOpen = Atomic(false)
            let configuration = Bench.local + "\nretry: {initial: 20ms, max: 40ms}"
            let script: ScriptedGateway.Script = { _ in
                isOpen.load(ordering: .relaxed) ? .accept : .respond(status: 500)
            }
            try await Bench.run(configuration, script: script) { bench in
                let sender = LoadSender(client: bench.client, name: "s")
                for user in ["a", "b", "c"] { try await sender.add(user, at: bench.gateway.url) }
                let copy = bench.sidecar.folder.file("copy.db")
                let expected = try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await sender.run(seed: 1) }
                    defer { sender.stop() }
                    try await waitUntil("some load") { sender.deliveries.count > 300 }
                    let before = sender.deliveries
                    let other = try OtherConnection(bench.sidecar.databasePath)
                    switch method {
                    case .inSteps: try other.backup(to: copy, pages: 16)
                    case .atOnce: try other.backup(to: copy, pages: -1)
                    case .vacuumInto: try other.execute("VACUUM INTO '\(copy)'")
                    }
                    let during = sender.deliveries.count
                    try await waitUntil("load after the backup") { sender.deliveries.count > during + 30 }
                    sender.stop()
                    try await group.waitForAll()
                    return before
                }
                let check = try OtherConnection(copy)
                #expect(try check.column("PRAGMA integrity_check") == ["ok"])
                let listed = try await bench.sidecar.run([
                    "status", "--json", "--socket", "/nowhere", "--database", copy,
                ])
                #expect(listed.exit == .code(0), "\(listed.errors)")

                bench.sidecar.kill()
                for ending in ["", "-wal", "-shm"] { unlink(bench.sidecar.databasePath + ending) }
                try #require(rename(copy, bench.sidecar.databasePath) == 0)
                isOpen.store(true, ordering: .relaxed)
                try await bench.sidecar.start()
                try await bench.waitForEmptyQueue(within: .seconds(30))
                let delivered = Set(bench.accepted.compactMap(\.eventID))
                #expect(expected.filter { !delivered.contains($0.eventID) } == [])
            }
        }

        @Test func aLockOfASecondIsWaitedFor() async throws {
            try await Bench.run { bench in
                try await bench.register()
                let other = try OtherConnection(bench.sidecar.databasePath)
                try other.execute("BEGIN IMMEDIATE")
                async let answer = bench.offer(Bench.message("$1"), as: "t")
                try await Task.sleep(for: .seconds(1))
                #expect(bench.log.count == 0)
                #expect(try await bench.client.get("/health").status == 200)
                try other.execute("ROLLBACK")
                #expect(try await answer.status == 200)
                try await bench.waitForAccepted(1)
            }
        }

        @Test func aLockThatStaysIsAnsweredWithARefusalAndDeliveryGoesOn() async throws {
            try await Bench.run(script: { _ in .respond(status: 200, after: .milliseconds(20)) }) { bench in
                try await bench.register()
                try await bench.submit((0..<20).map { Bench.message("$\($0)") }.joined(separator: ","), as: "t")
                let other = try OtherConnection(bench.sidecar.databasePath)
                try other.execute("BEGIN IMMEDIATE")
                let refused = try await bench.offer(Bench.message("$20"), as: "u")
                #expect(refused.status == 503, "\(refused.text)")
                #expect(refused.header("Retry-After") != nil)
                #expect(refused.json?["error"]?.string?.contains("locked") == true, "\(refused.text)")
                try await bench.waitForAccepted(20)
                #expect(try await bench.client.get("/health").status == 503)
                try other.execute("ROLLBACK")
                try await waitUntil("the sidecar to be well again") {
                    try await bench.client.get("/health").status == 200
                }
                try await bench.submit(Bench.message("$20"), as: "u")
                try await bench.waitForAccepted(21)
                try await bench.waitUntilDelivered(as: "settled")
                try await bench.crash()
                try await bench.submit(Bench.message("$21"), as: "v")
                try await bench.waitForAccepted(22)
                #expect(bench.log.received.map(\.eventID) == (0..<22).map { "$\($0)" })
            }
        }

        @Test func endingDoesNotWaitForALockForLong() async throws {
            try await Bench.run(script: { _ in .respond(status: 200, after: .milliseconds(100)) }) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), as: "t")
                let other = try OtherConnection(bench.sidecar.databasePath)
                try other.execute("BEGIN IMMEDIATE")
                try await bench.waitForAccepted(1)
                #expect(try await bench.sidecar.stop(within: .seconds(10)) == .code(0))
                try other.execute("ROLLBACK")
                // The result could not be stored, so it goes again.
                try await bench.sidecar.start()
                try await bench.waitForAccepted(2)
                #expect(bench.log.received.map(\.eventID) == ["$1", "$1"])
            }
        }
    }
}
