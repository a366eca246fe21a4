import Foundation
import PushJSON
import SidecarHarness
import Testing

extension EndToEndTests {
    /// Gateways that mean harm beside one that does not: the sidecar keeps its memory, its time, and its network.
    @Suite struct HostileGateways {
        private static let ok = "HTTP/1.1 200 OK\r\n"
        private static let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

        /// What gateways do, and the beginning of what is noted down of an attempt; nil where it is a success.
        private static let hostile: [(answer: RawGateway.Answer, failure: String?)] = [
            (.flood("X-Header: some value\r\n", after: ok, times: 1000), "protocol"),
            (.flood("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", times: 1000), "protocol"),
            (.flood("x", after: ok + "X: ", times: 65_536), "protocol"),
            (.flood("x", after: ok + "\r\n", times: 65_536), nil),
            (.flood("1000\r\n\(String(repeating: "x", count: 0x1000))\r\n", after: chunked), nil),
            (.flood("x", after: "HTTP/1.1 500 Oops\r\n\r\n", times: 65_536), "HTTP status 500"),
            (.flood("X: y\r\n", after: chunked + "2\r\n{}\r\n0\r\n", times: 1000), nil),
            (.drip("x", after: ok + "X: "), "timeout"),
            (.drip("x", after: ok + "Content-Length: 9999\r\n\r\n"), "timeout"),
            (RawGateway.Answer("", then: .stall), "timeout"), (RawGateway.Answer("", then: .close), "transport"),
            (RawGateway.Answer(ok, then: .reset), "transport"),
            (RawGateway.Answer("SSH-2.0-OpenSSH_9.2\r\n", then: .close), "protocol"),
            (
                RawGateway.Answer("HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1/\r\n\r\n", then: .close),
                "HTTP status 307"
            ),
        ]

        @Test func floodsAndDripsCostNoMemoryAndDoNotHoldUpAHealthyGateway() async throws {
            let configuration =
                Bench.local
                + "\ndelivery: {response_timeout: 2s, max_response_size: 4096}\nretry: {initial: 60s, max: 60s}"
            try await Bench.run(configuration) { bench in
                var gateways: [(gateway: RawGateway, failure: String?)] = []
                for (answer, failure) in Self.hostile { gateways.append((try await RawGateway.start(answer), failure)) }
                let healthy = (0..<20).map { "@healthy\($0):hs" }
                for user in healthy { try await bench.register("key of \(user)", user: user) }
                for (number, hostile) in gateways.enumerated() {
                    for copy in 0..<3 {
                        try await bench.register(
                            "key \(number) \(copy)", user: "@h\(number)-\(copy):hs", url: hostile.gateway.url)
                    }
                }
                let before = try bench.peakMemory()
                let harmed = gateways.indices.flatMap { number in (0..<3).map { "@h\(number)-\($0):hs" } }
                try await bench.submit(Bench.message("$1", to: harmed), as: "a")
                for round in 0..<5 {
                    let start = ContinuousClock.now
                    try await bench.submit(Bench.message("$healthy\(round)", to: healthy), as: "b\(round)")
                    try await bench.waitForAccepted(20 * (round + 1))
                    #expect(ContinuousClock.now - start < .seconds(5))
                }

                for (number, hostile) in gateways.enumerated() {
                    try await waitUntil("the outcome of hostile gateway \(number)") {
                        let pending = try await bench.notifications().filter {
                            $0["gateway"]?.string?.hasSuffix(":\(hostile.gateway.port)") == true
                        }
                        guard let failure = hostile.failure else { return pending.isEmpty }
                        return pending.count == 3
                            && pending.contains { $0["last_error"]?.string?.hasPrefix(failure) == true }
                    }
                }
                #expect(try bench.peakMemory() - before < 64 << 20)
                // At most what sockets and both sides' buffers hold, for each connection.
                for hostile in gateways {
                    #expect(hostile.gateway.bytesWritten < (16 << 20) * max(1, hostile.gateway.connections))
                    await hostile.gateway.stop()
                }
            }
        }

        @Test func registrationLooksAtTheSyntaxOfAURLAlone() async throws {
            let path = "/_matrix/push/v1/notify"
            let good = [
                "gateway.invalid", "gateway.invalid.", "gateway.invalid:8448", "gateway.invalid:22", "10.0.0.1",
                "0x7f.1",
                "2130706433", "127.0.0.1.", "localhost", "[::1]", "[fe80::1%25lo]", "xn--bcher-kva.example",
            ].map { "https://\($0)\(path)" }
            let bad = [
                "http://gateway.invalid\(path)", "ftp://gateway.invalid\(path)", "gateway.invalid\(path)",
                "https://\(path)",
                "https://user@gateway.invalid\(path)", "https://user:secret@127.0.0.1\(path)",
                "https://gateway.invalid", "https://gateway.invalid/", "https://gateway.invalid\(path)/",
                "https://gateway.invalid:0\(path)", "https://gateway.invalid:65536\(path)", "https://256.0.0.1\(path)",
                "https://08.0.0.1\(path)", "https://１２７.0.0.1\(path)", "https://bücher.example\(path)",
                "https://gateway .invalid\(path)", "https://[::1\(path)",
            ]
            try await Bench.run("{}") { bench in
                let set = "/_matrix/client/v3/pushers/set?user_id=@bob:hs"
                for url in good {
                    let response = try await bench.client.send("POST", set, bench.pusher(url: url))
                    #expect(response.status == 200, "\(url): \(response.text)")
                }
                for url in bad {
                    let response = try await bench.client.send("POST", set, bench.pusher(url: url))
                    #expect(response.status == 400, "\(url)")
                    #expect(response.json?["errcode"]?.string == "M_INVALID_PARAM", "\(url): \(response.text)")
                }
            }
        }

        @Test func aRefusedAddressInAnySpellingBecomesADeadLetterWithoutAConnection() async throws {
            let hosts = [
                "127.0.0.2", "127.2", "127.0.2", "0x7f000002", "0x7f.2", "0177.0.0.2", "2130706434", "127.0.0.2.",
                "%31%32%37.0.0.2", "%30x7f.2", "[::ffff:127.0.0.2]", "[::ffff:7f00:2]",
            ]
            try await Bench.run(#"network: {allow_http: true, ip_range_allowlist: ["127.0.0.1"]}"#) { bench in
                let refused = try await RawGateway.start(host: "127.0.0.2", RawGateway.Answer(Self.ok, then: .close))
                try await bench.registerOne(perHost: hosts) { refused.url(host: $0) }
                try await bench.register("healthy", user: "@healthy:hs")
                try await bench.submit(
                    Bench.message("$1", to: hosts.indices.map { "@u\($0):hs" } + ["@healthy:hs"]), as: "t")
                try await bench.waitForAccepted(1)
                try await bench.expectBlocked(hosts.count)
                #expect(refused.connections == 0)
                await refused.stop()
            }
        }

        /// In a network namespace where the machine permits one; else with addresses of the loopback device alone, so that
        /// no packet leaves the machine whatever the program does.
        @Test func nothingThatIsNotGloballyReachableIsConnectedTo() async throws {
            let launcher = try await NetworkNamespace.launcher()
            let local = [
                "127.0.0.1", "127.9.9.9", "127.1", "0x7f000001", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0",
            ]
            let special = [
                "0.0.0.1", "10.0.0.1", "100.64.0.1", "169.254.169.254", "0xa9fea9fe", "172.16.0.1", "192.0.0.8",
                "192.0.2.1",
                "192.88.99.1", "192.168.0.1", "0300.0250.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
                "240.0.0.1", "255.255.255.255", "[::]", "[::10.0.0.1]", "[::ffff:10.0.0.1]", "[64:ff9b::a00:1]",
                "[64:ff9b:1::1]", "[100::1]", "[2001::1]", "[2001:db8::1]", "[2002:a00:1::1]", "[3fff::1]", "[5f00::1]",
                "[fc00::1]", "[fe80::1]", "[fe80::1%25lo]", "[ff02::1]",
            ]
            let hosts = launcher == nil ? local : local + special
            try await Bench.run("network: {allow_http: true}", launcher: launcher ?? []) { bench in
                for scheme in ["http", "https"] {
                    try await bench.registerOne(perHost: hosts) { "\(scheme)://\($0)/_matrix/push/v1/notify" }
                    try await bench.submit(
                        Bench.message("$\(scheme)", to: hosts.indices.map { "@u\($0):hs" }), as: scheme)
                    try await bench.expectBlocked(hosts.count * (scheme == "http" ? 1 : 2))
                }
            }
            guard let launcher else { return }
            // The same network, an allowed address: tried, in vain.
            let allowing = #"network: {allow_http: true, ip_range_allowlist: ["198.51.100.0/24"]}"#
            try await Bench.run(allowing, launcher: launcher) { bench in
                try await bench.register(url: "http://198.51.100.1/_matrix/push/v1/notify")
                try await bench.submit(Bench.message("$1"), as: "t")
                try await waitUntil("an attempt to connect") {
                    try await bench.notifications().first?["last_error"]?.string?.hasPrefix("connect") == true
                }
            }
        }

        @Test func theEnvironmentsProxyIsUsedWhenTheConfigurationSaysSo() async throws {
            let log = GatewayLog()
            let proxy = try await ScriptedGateway.start(name: "proxy", log: log) { _ in .accept }
            let environment = ["http_proxy": proxy.address, "no_proxy": "127.0.0.1,10.0.0.0/8"]
            try await Bench.run(environment: environment) { bench in
                try await bench.register()
                try await bench.submit(Bench.message("$1"), as: "t")
                try await bench.waitForAccepted(1)
                #expect(log.connections == 0)
            }
            let configuration =
                #"network: {allow_http: true, proxy: environment, ip_range_allowlist: ["127.0.0.1"]}"#
            try await Bench.run(configuration, environment: environment) { bench in
                let target = "http://gateway.invalid/_matrix/push/v1/notify"
                try await bench.register("named", user: "@named:hs", url: target)
                try await bench.register("direct", user: "@direct:hs")
                let refused = ["10.0.0.1", "192.168.1", "0xa9fea9fe", "[::1]"]
                try await bench.registerOne(perHost: refused) { "http://\($0)/_matrix/push/v1/notify" }
                let users = ["@named:hs", "@direct:hs"] + refused.indices.map { "@u\($0):hs" }
                try await bench.submit(Bench.message("$1", to: users), as: "t")
                try await bench.waitForAccepted(1)
                try await waitUntil("a request to the proxy") { log.count >= 1 }
                try await bench.expectBlocked(refused.count)
                #expect(log.received.map(\.target) == [target])
                #expect(bench.log.received.map(\.target) == ["/_matrix/push/v1/notify"])
            }
            await proxy.stop()
        }

        @Test(arguments: ["https_proxy", "ALL_PROXY"])
        func aProxyOfTheEnvironmentThatIsNoneIsNamed(variable: String) async throws {
            try await Bench.run("network: {proxy: environment}", start: false) { bench in
                for command in ["check-config", "serve"] {
                    let paths = ["--socket", bench.sidecar.socketPath, "--database", bench.sidecar.databasePath]
                    let result = try await bench.sidecar.run(
                        [command, "--config", bench.sidecar.configurationPath] + paths,
                        environment: [variable: "ftp://proxy", "no_proxy": ""])
                    #expect(result.exit == .code(1))
                    #expect(result.errors.contains("network.proxy: the environment's \(variable)"), "\(result.errors)")
                }
            }
        }
    }
}

extension Bench {
    /// The most memory the sidecar has had so far, in bytes.
    fileprivate func peakMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(try #require(sidecar.processID))/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return try #require(line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }) * 1024
    }

    /// Registers a pusher of a user of its own (`@u0:hs`, `@u1:hs` …) for each host.
    fileprivate func registerOne(perHost hosts: [String], url: (String) -> String) async throws {
        for (index, host) in hosts.enumerated() {
            try await register("key \(index)", user: "@u\(index):hs", url: url(host))
        }
    }

    /// Waits until there are so many dead letters, and looks at their reason.
    fileprivate func expectBlocked(_ count: Int) async throws {
        try await waitUntil("\(count) dead letters") {
            try await status()["queue"]?["dead"]?.integer == Int64(count)
        }
        let list = try await client.get("/_pusher/v1/dead_letters?limit=1000").json?["dead_letters"]
        #expect(list?.count == count)
        for letter in Array(try #require(list?.elements)) {
            #expect(letter["reason"]?.string == "blocked_address", "\(letter["gateway"]?.string ?? "")")
        }
    }
}
