import Glibc
import PushJSON
import SidecarHarness
import Testing

extension EndToEndTests {
    /// No more files and sockets to be had.
    @Suite struct Descriptors {
        /// Sets the limit of a process that runs; what it has open stays open.
        private func limitFiles(of bench: Bench, to count: Int) async throws {
            let process = try #require(bench.sidecar.processID)
            let command = try ChildProcess(
                executable: "/usr/bin/prlimit", arguments: ["--pid", "\(process)", "--nofile=\(count):"],
                outputPath: "/dev/null", errorPath: bench.sidecar.folder.file("prlimit.err"))
            try #require(await command.waitForExit() == .code(0), "\(bench.sidecar.folder.read("prlimit.err"))")
        }

        @Test(arguments: ["127.0.0.1", "localhost"])
        func withoutASocketNobodyIsBlamedAndNothingSpins(host: String) async throws {
            try await Bench.run { bench in
                let users = (0..<50).map { "@\($0):hs" }
                let url = "http://\(host):\(bench.gateway.port)/_matrix/push/v1/notify"
                for user in users { try await bench.register("key of \(user)", user: user, url: url) }
                // Connected already: this caller is served still.
                let caller = try OpenCaller(bench.sidecar)
                #expect(try caller.send("GET", "/health").status == 200)
                let before = try ProcessUsage(of: bench.sidecar)
                // Below the highest there may be free ones, left by connections that are gone.
                try await limitFiles(of: bench, to: 0)
                let waiting = try OpenCaller(bench.sidecar)
                let body = Bench.transaction(events: [Bench.message("$1", to: users)])
                #expect(try caller.send("PUT", "/_pusher/v1/transactions/t", body).status == 200)
                try await Task.sleep(for: .milliseconds(2500))
                let status = try #require(try caller.send("GET", "/_pusher/v1/status").json)
                #expect(status["queue"]?["pending"]?.integer == 50)
                #expect(status["gateways"]?["down"]?.integer == 0)
                #expect(status["pushers"]?["failing"]?.integer == 0)
                let list = try caller.send("GET", "/_pusher/v1/notifications?limit=50").json?["notifications"]?.elements
                #expect(list?.allSatisfy { $0["attempts"]?.integer == 0 && $0["last_error"]?.isNull == true } == true)
                #expect(bench.log.count == 0)
                let used = try ProcessUsage(of: bench.sidecar).processor - before.processor
                #expect(used < .milliseconds(1000), "\(used)")
                try await limitFiles(of: bench, to: 1024)
                #expect(try waiting.send("GET", "/health").status == 200)
                try await bench.waitForAccepted(50)
                try await bench.waitForEmptyQueue()
                #expect(bench.log.count == 50)
                #expect(bench.sidecar.output.ranges(of: "connections can not be accepted now").count == 1)
            }
        }

        @Test func whereCertificatesCanNotBeReadNobodyIsBlamed() async throws {
            try await Bench.run { bench in
                let caller = try OpenCaller(bench.sidecar)
                // The gateway does not speak TLS, but before that is seen the authorities' certificates are read.
                let pusher = bench.pusher(url: "https://127.0.0.1:\(bench.gateway.port)/_matrix/push/v1/notify")
                let target = "/_matrix/client/v3/pushers/set?user_id=@bob:hs"
                #expect(try caller.send("POST", target, pusher).status == 200)
                // Until the connections of those who asked whether it has started are gone.
                try await Task.sleep(for: .milliseconds(500))
                // One for the socket, none for the file.
                try await limitFiles(of: bench, to: ProcessUsage(of: bench.sidecar).limit(leaving: 1))
                let body = Bench.transaction(events: [Bench.message("$1")])
                #expect(try caller.send("PUT", "/_pusher/v1/transactions/t", body).status == 200)
                func notification() throws -> JSONValue? {
                    try caller.send("GET", "/_pusher/v1/notifications").json?["notifications"]?.elements?.first { _ in
                        true
                    }
                }
                try await Task.sleep(for: .milliseconds(1000))
                let waiting = try #require(try notification())
                #expect(waiting["attempts"]?.integer == 0 && waiting["last_error"]?.isNull == true)
                func gatewaysDown() throws -> Int64? {
                    try caller.send("GET", "/_pusher/v1/status").json?["gateways"]?["down"]?.integer
                }
                #expect(try gatewaysDown() == 0)
                try await limitFiles(of: bench, to: 1024)
                try await waitUntil("the gateway to be found wanting") { try gatewaysDown() == 1 }
            }
        }

        @Test func callersCannotTakeAllOfThem() async throws {
            let configuration = Bench.local + "\ndelivery: {max_in_flight: 16}"
            try await Bench.run(configuration, launcher: Bench.limitingOpenFiles(to: 160)) { bench in
                try await bench.register()
                var callers: [OpenCaller] = []
                for _ in 0..<200 { callers.append(try OpenCaller(bench.sidecar)) }
                // By then those that ask for nothing have to make room.
                try await Task.sleep(for: .milliseconds(1200))
                let files = try ProcessUsage(of: bench.sidecar).openFiles
                #expect(files < 140, "\(files)")
                try await bench.submit(Bench.message("$1"), as: "t")
                try await bench.waitForAccepted(1)
                withExtendedLifetime(callers) {}
            }
        }
    }
}
