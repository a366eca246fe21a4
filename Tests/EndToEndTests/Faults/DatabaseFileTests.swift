import Glibc
import PushJSON
import SidecarHarness
import Testing

extension EndToEndTests {
    /// A database whose files are taken away under the running sidecar.
    @Suite struct DatabaseFiles {
        private func rename(_ from: String, _ to: String) throws {
            try #require(Glibc.rename(from, to) == 0, "\(from)")
        }

        @Test(arguments: [false, true])
        func aDatabaseThatIsMovedAwayIsMissedAndCanBePutBack(isReplaced: Bool) async throws {
            try await Bench.run(script: { _ in .respond(status: 200, after: .milliseconds(100)) }) { bench in
                let path = bench.sidecar.databasePath
                try await bench.register()
                try await bench.submit(Bench.message("$1"), Bench.message("$2"), as: "t")
                try rename(path, path + ".moved")
                if isReplaced { try bench.sidecar.folder.write("another file", to: "queue.db") }
                let refused = try await bench.offer(Bench.message("$3"), as: "u")
                #expect(refused.status == 503, "\(refused.text)")
                #expect(refused.json?["error"]?.string?.contains("\(path) was deleted, moved or replaced") == true)
                #expect(try await bench.client.get("/health").status == 503)
                try await bench.waitForAccepted(2)
                unlink(path)
                try rename(path + ".moved", path)
                try await waitUntil("the sidecar to be well again") {
                    try await bench.client.get("/health").status == 200
                }
                try await bench.submit(Bench.message("$3"), as: "u")
                try await bench.waitForAccepted(3)
                try await bench.waitUntilDelivered(as: "settled")
                try await bench.crash()
                try await bench.submit(Bench.message("$4"), as: "v")
                try await bench.waitForAccepted(4)
                #expect(bench.log.received.map(\.eventID) == ["$1", "$2", "$3", "$4"])
            }
        }

        @Test func withoutItsLogTheDatabaseKeepsWhatWasAcknowledged() async throws {
            try await Bench.run(Bench.held, script: { _ in .respond(status: 500) }) { bench in
                try await bench.registerFailing()
                try await bench.submit(Bench.message("$1"), Bench.message("$2"), as: "t")
                unlink(bench.sidecar.databasePath + "-wal")
                let refused = try await bench.offer(Bench.message("$3"), as: "u")
                #expect(refused.status == 503, "\(refused.text)")
                #expect(refused.json?["error"]?.string?.contains("queue.db-wal was deleted") == true, "\(refused.text)")
                try await bench.crash()
                #expect(try await bench.queued() == ["$first", "$1", "$2"])
                #expect(try await bench.submit(Bench.message("$3"), as: "u").json?["notifications"]?.integer == 1)
            }
        }
    }
}
