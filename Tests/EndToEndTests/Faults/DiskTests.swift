import Glibc
import PushJSON
import SidecarHarness
import Testing

extension EndToEndTests {
    /// A disk that is full, broken, or read-only of a sudden.
    @Suite struct FaultyDisk {
        /// Error numbers of writing, and what the error has to speak of.
        private static let errors: [(Int32, String)] = [(ENOSPC, "full"), (EIO, "I/O error"), (EROFS, "I/O error")]

        @Test(arguments: errors)
        func nothingIsTakenInAndWhatIsQueuedIsDeliveredUntilItCanBeWrittenAgain(error: Int32, text: String) async throws
        {
            let script: ScriptedGateway.Script = { received in
                guard received.pushkey != "gone" else { return .reject("gone") }
                return .respond(status: 200, after: .milliseconds(20))
            }
            try await Bench.run(Bench.local, withFaults: true, script: script) { bench in
                try await bench.register()
                try await bench.register("gone", user: "@gone:hs")
                let events = (0..<20).map { Bench.message("$\($0)") }.joined(separator: ",")
                try await bench.submit(events, as: "before")
                bench.faults.writeError = error
                let refused = try await bench.offer(Bench.message("$refused"), as: "t")
                #expect(refused.status == 503, "\(refused.text)")
                #expect(refused.header("Retry-After") != nil)
                #expect(refused.json?["errcode"]?.string == "M_UNKNOWN")
                #expect(refused.json?["error"]?.string?.contains(text) == true, "\(refused.text)")

                // Everything that is in the queue goes out, and somebody who asks is told what is wrong.
                try await bench.waitForAccepted(20)
                let health = try await bench.client.get("/health")
                #expect(health.status == 503)
                #expect(health.json?["error"]?.string?.contains(text) == true, "\(health.text)")
                let database = try await bench.status()["database"]
                #expect(database?["writable"]?.bool == false)
                #expect(database?["error"]?.string?.contains(text) == true)
                let screen = try await bench.sidecar.run(["status", "--socket", bench.sidecar.socketPath])
                #expect(screen.output.contains("NOT WRITABLE"), "\(screen.output)")

                // Callers that come again and again find out quickly, and cost little.
                let before = try ProcessUsage(of: bench.sidecar)
                let begin = ContinuousClock.now
                for number in 0..<40 {
                    #expect(try await bench.offer(Bench.message("$refused"), as: "again-\(number)").status == 503)
                    try await Task.sleep(for: .milliseconds(25))
                }
                let used = try ProcessUsage(of: bench.sidecar).processor - before.processor
                #expect(used < (ContinuousClock.now - begin) / 2, "\(used)")

                bench.faults.writeError = 0
                try await waitUntil("the sidecar to be well again") {
                    try await bench.client.get("/health").status == 200
                }
                #expect(try await bench.status()["database"]?["error"]?.isNull == true)
                #expect(try await bench.submit(Bench.message("$refused"), as: "t").json?["notifications"]?.integer == 1)
                try await bench.waitForAccepted(21)
                try await bench.waitUntilDelivered(as: "settled")

                // What was delivered meanwhile is known, also to the next process.
                try await bench.crash()
                try await bench.submit(Bench.message("$last"), as: "u")
                try await bench.waitForAccepted(22)
                let expected = (0..<20).map { "$\($0)" } + ["$refused", "$last"]
                #expect(bench.log.received.map(\.eventID) == expected)
                #expect(bench.sidecar.output.split(separator: "\n").count { $0.contains("can not be written") } < 8)
            }
        }

        @Test func whatAGatewayRejectsMeanwhileIsRemovedWhenThereIsSpaceAgain() async throws {
            let script: ScriptedGateway.Script = { _ in
                .respond(status: 200, body: #"{"rejected":["key"]}"#, after: .milliseconds(300))
            }
            try await Bench.run(withFaults: true, script: script) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), as: "t")
                try await waitUntil("the request") { bench.log.count == 1 }
                bench.faults.writeError = ENOSPC
                try await waitUntil("the answer") { bench.log.received.first?.status == 200 }
                try await waitUntil("the failure") { try await bench.client.get("/health").status == 503 }
                bench.faults.writeError = 0
                try await waitUntil("the pusher to be removed") {
                    try await bench.client.get("/_matrix/client/v3/pushers?user_id=@bob:hs").json?["pushers"]?.count
                        == 0
                }
                let removed = try await bench.client.get("/_pusher/v1/removed_pushers").json?["removed"]?.elements
                #expect(removed?.map { $0["reason"]?.string } == ["rejected"], "\(bench.sidecar.output)")
                try await bench.crash()
                #expect(try await bench.status()["queue"]?["pending"]?.integer == 0)
            }
        }

        @Test func aSidecarThatEndsOnAFullDiskLosesNothing() async throws {
            let script: ScriptedGateway.Script = { _ in .respond(status: 200, after: .milliseconds(50)) }
            try await Bench.run(withFaults: true, script: script) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), Bench.message("$2"), Bench.message("$3"), as: "t")
                bench.faults.writeError = ENOSPC
                try await bench.waitForAccepted(1)
                #expect(try await bench.sidecar.stop(within: .seconds(8)) == .code(0))
                #expect(bench.sidecar.output.contains("will go twice"), "\(bench.sidecar.output)")
                bench.faults.writeError = 0
                try await bench.sidecar.start()
                try await bench.waitForEmptyQueue()
                #expect(Set(bench.accepted.map(\.eventID)) == ["$1", "$2", "$3"])
            }
        }

        @Test func aSidecarThatCannotStartOnAFullDiskSaysSo() async throws {
            try await Bench.run(start: false, withFaults: true) { bench in
                bench.faults.writeError = ENOSPC
                try bench.sidecar.launch()
                #expect(try await bench.sidecar.waitForExit() == .code(1))
                #expect(bench.sidecar.output.contains("full"), "\(bench.sidecar.output)")
                #expect(bench.sidecar.output.contains(bench.sidecar.databasePath), "\(bench.sidecar.output)")
                bench.faults.writeError = 0
                try await bench.sidecar.start()
                try await bench.register()
            }
        }
    }
}
