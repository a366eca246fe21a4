import Foundation
import MatrixPusher
import Testing

@testable import PusherService

@Suite struct ConfigurationTests {
    private func resolve(
        _ yaml: String, _ environment: [String: String] = [:], _ flags: [ConfigurationSource.Flag] = []
    ) throws(ConfigurationError) -> ServiceConfiguration {
        var source = ConfigurationSource(environment: environment)
        source.flags = flags
        return try source.resolve(yaml: yaml, file: "f.yaml")
    }

    private func problems(
        _ yaml: String, _ environment: [String: String] = [:], _ flags: [ConfigurationSource.Flag] = []
    ) -> [String] {
        do throws(ConfigurationError) {
            _ = try resolve(yaml, environment, flags)
            return []
        } catch {
            return error.problems
        }
    }

    /// A key with a value other than its default, and one that is refused.
    static let samples: [(key: String, good: String, bad: String)] = [
        ("database", "\"/var/q.db\"", "[]"), ("socket.path", "\"/tmp/s\"", "\"\""), ("socket.mode", "\"0600\"", "0888"),
        ("socket.max_body", "1024", "0"), ("push.include_content", "false", "maybe"),
        ("push.group_unread_count_by_room", "false", "2"), ("push.badge_updates", "false", "null"),
        ("push.jitter_delay", "5s", "5"), ("push.event_id_only", "true", "[true]"),
        ("push.legacy_fields", "true", "\"\""),
        ("push.legacy_mention_rules", "true", "y"), ("delivery.max_in_flight", "10", "0"),
        ("delivery.max_in_flight_per_gateway", "5", "-1"), ("delivery.connect_timeout", "3s", "0s"),
        ("delivery.response_timeout", "15s", "15"), ("delivery.max_response_size", "100", "1.5"),
        ("delivery.probe_initial", "2s", "2x"), ("delivery.probe_max", "30s", "-3s"),
        ("delivery.shutdown_timeout", "0s", "99d"),
        ("delivery.max_age.high", "2h", "0s"), ("delivery.max_age.low", "3h", "3 h"), ("retry.initial", "250ms", "0s"),
        ("retry.multiplier", "1.5", "0.9"), ("retry.max", "2h", "soon"), ("retry.jitter", "0.5", "1.1"),
        ("retry.give_up_after", "2d", "nan"), ("queue.max_pending", "5", "5e3"),
        ("queue.dead_letter_retention", "3d", "d"),
        ("queue.removed_pusher_retention", "0s", "10000d"), ("network.allow_http", "true", "tru"),
        ("network.ip_range_blocklist", "[\"10.0.0.0/8\", \"fc00::/7\"]", "[10.0.0.0/33]"),
        ("network.ip_range_allowlist", "[\"127.0.0.1\"]", "[localhost]"),
        ("network.proxy", "\"http://proxy:3128\"", "proxy"), ("network.ca_file", "\"/etc/ca.pem\"", "[]"),
        ("log.level", "debug", "loud"), ("log.format", "json", "xml"), ("metrics.enabled", "false", "1"),
    ]

    private func yaml(_ key: String, _ value: String) -> String {
        let parts = key.split(separator: ".")
        var text = ""
        for (depth, part) in parts.enumerated() { text += String(repeating: "  ", count: depth) + part + ":\n" }
        return text.dropLast() + " \(value)\n"
    }

    @Test func samplesCoverEveryKey() {
        #expect(Self.samples.map(\.key) == ConfigurationKeys.all.map(\.path))
    }

    @Test(arguments: samples)
    func takesTheKey(key: String, good: String, bad: String) throws {
        let configuration = try resolve(yaml(key, good))
        #expect(configuration != ServiceConfiguration())
        let last = key.split(separator: ".").last ?? ""
        #expect(configuration.yaml.split(separator: "\n").contains { $0.hasSuffix("\(last): \(good)") })
    }

    @Test(arguments: samples)
    func refusesABadValueByKeyAndLine(key: String, good: String, bad: String) {
        let problems = problems("\n" + yaml(key, bad))
        let line = key.split(separator: ".").count + 1
        #expect(problems.count == 1 && problems[0].hasPrefix("f.yaml:\(line): \(key): expected "))
    }

    @Test(arguments: samples)
    func takesTheKeyFromTheEnvironment(key: String, good: String, bad: String) throws {
        let name = "MATRIX_PUSHER_" + key.uppercased().split(separator: ".").joined(separator: "_")
        let plain = good.filter { !"[]\" ".contains($0) }
        #expect(try resolve("", [name: plain]) == resolve(yaml(key, good)))
        let refused = problems("", [name: bad.filter { !"[]\"".contains($0) } + "?"])
        // Any text is a path.
        #expect(refused.count == 1 && refused[0].hasPrefix("\(name): ") || good.hasPrefix("\"/"))
    }

    @Test func laterSourcesWin() throws {
        let yaml = "socket: {path: /file}\ndatabase: /file.db\nretry: {initial: 2s, max: 3h}\n"
        let environment = [
            "MATRIX_PUSHER_SOCKET": "/environment", "MATRIX_PUSHER_DATABASE": "/environment.db",
            "MATRIX_PUSHER_RETRY_INITIAL": "3s", "OTHER": "x",
        ]
        let configuration = try resolve(
            yaml, environment, [.init(name: "--database", key: "database", value: "/flag.db")])
        #expect(configuration.socket.path == "/environment")
        #expect(configuration.pusher.databasePath == "/flag.db")
        #expect(configuration.pusher.retry.initial == .seconds(3))
        #expect(configuration.pusher.retry.max == .seconds(10_800))
    }

    @Test func defaultsAreThoseOfThePusher() throws {
        #expect(try resolve("") == ServiceConfiguration())
        #expect(try resolve("# nothing\n") == ServiceConfiguration())
        #expect(try resolve("push:\nretry: {}\n") == ServiceConfiguration())
    }

    @Test func theEffectiveConfigurationIsReadBack() throws {
        var whole = ""
        for sample in Self.samples where !sample.key.contains(".") { whole += yaml(sample.key, sample.good) }
        for section in ConfigurationKeys.sections.filter({ !$0.contains(".") }).sorted() {
            whole += "\(section):\n"
            for sample in Self.samples where sample.key.hasPrefix("\(section).") && !sample.key.contains("max_age") {
                whole += "  \(sample.key.dropFirst(section.count + 1)): \(sample.good)\n"
            }
            if section == "delivery" { whole += "  max_age: {high: 2h, low: 3h}\n" }
        }
        let configuration = try resolve(whole)
        #expect(try resolve(configuration.yaml) == configuration)
        #expect(try resolve(ServiceConfiguration().yaml) == ServiceConfiguration())
    }

    static let mistakes: [(yaml: String, problems: [String])] = [
        ("databse: x\n", ["f.yaml:1: unknown key databse; did you mean database?"]),
        ("retry:\n  jittr: 1\n", ["f.yaml:2: unknown key retry.jittr; did you mean retry.jitter?"]),
        ("max_in_flight: 1\n", ["f.yaml:1: unknown key max_in_flight; did you mean delivery.max_in_flight?"]),
        ("delivery: {max_age: {middle: 1h}}\n", ["f.yaml:1: unknown key delivery.max_age.middle"]),
        ("delivery: {max_age: 1h}\n", ["f.yaml:1: delivery.max_age: expected keys below it"]),
        ("push: 5\n", ["f.yaml:1: push: expected keys below it"]),
        ("- a\n", ["f.yaml:1: the file: expected keys below it"]),
        ("database: {a: b}\n", ["f.yaml:1: database: expected a value, found keys below it"]),
        ("? [a]\n: b\n", ["f.yaml:1: the file: a key must be a word"]),
        ("retry:\n  max: 1s\n  max: 2s\n", ["f.yaml:3: the key max is given twice"]),
        ("log: {level: info, level: debug}\n", ["f.yaml:1: the key level is given twice"]),
        ("a: b\n\tc: d\n", ["f.yaml:2: not valid YAML: found a tab character that violates indentation"]),
        ("retry: {initial: 2h, max: 1h}\n", ["retry.max: 1h is less than retry.initial, 2h"]),
        ("delivery: {probe_initial: 2m}\n", ["delivery.probe_max: 1m is less than delivery.probe_initial, 2m"]),
        (
            "log: {level: loud}\nretry: {jitter: 2}\nx: y\n",
            [
                "f.yaml:1: log.level: expected one of trace, debug, info, notice, warning, error, critical, found \"loud\"",
                "f.yaml:2: retry.jitter: expected a number from 0 to 1, found \"2\"", "f.yaml:3: unknown key x",
            ]
        ),
    ]

    @Test(arguments: mistakes)
    func tellsAllMistakesWithTheirLines(yaml: String, problems expected: [String]) {
        #expect(problems(yaml) == expected)
    }

    @Test func tellsMistakesOfTheEnvironmentAndFlags() {
        let environment = [
            "MATRIX_PUSHER_RETRY_INTIAL": "1s", "MATRIX_PUSHER_LOG_LEVEL": "loud", "MATRIX_PUSHER_CONFIG": "x",
        ]
        #expect(
            problems("", environment, [.init(name: "--socket", key: "socket.path", value: "")]) == [
                "MATRIX_PUSHER_LOG_LEVEL: expected one of trace, debug, info, notice, warning, error, critical, found \"loud\"",
                "unknown environment variable MATRIX_PUSHER_RETRY_INTIAL; did you mean MATRIX_PUSHER_RETRY_INITIAL?",
                "--socket: expected a path, found \"\"",
            ]
        )
        #expect(problems("", ["MATRIX_PUSHER_SOCKET": "a", "MATRIX_PUSHER_SOCKET_PATH": "b"]).count == 1)
        #expect(problems("", ["MATRIX_PUSHER_SOCKET": "a", "MATRIX_PUSHER_SOCKET_PATH": "a"]).isEmpty)
    }

    @Test func anEmptyVariableIsNoValue() throws {
        let environment = ["MATRIX_PUSHER_NETWORK_PROXY": "", "MATRIX_PUSHER_NETWORK_IP_RANGE_ALLOWLIST": ""]
        let configuration = try resolve("network: {proxy: 'http://p', ip_range_allowlist: [10.0.0.1]}\n", environment)
        #expect(configuration.pusher.network.proxy == nil && configuration.pusher.network.ipRangeAllowlist == [])
    }

    @Test(arguments: ["http://user:secret@proxy:3128/", "socks5://secret@proxy"])
    func hidesCredentials(proxy: String) throws {
        let configuration = try resolve("network: {proxy: '\(proxy)'}\n")
        #expect(configuration.pusher.network.proxy == proxy)
        for text in [configuration.yaml, String(decoding: configuration.json, as: UTF8.self)] {
            #expect(!text.contains("secret") && text.contains("://***@proxy"))
        }
        #expect(!problems("network: {proxy: 'user:secret@proxy'}\n")[0].contains("secret"))
    }

    @Test(arguments: ["network: {proxy: environment}\n", "network: {proxy: 'environment'}\n"])
    func takesTheEnvironmentsProxyForAValue(yaml: String) throws {
        let configuration = try resolve(yaml)
        #expect(configuration.pusher.network.proxy == "environment")
        #expect(configuration.yaml.contains("proxy: \"environment\"\n"))
        #expect(try resolve(configuration.yaml) == configuration)
    }

    @Test func namesACertificateFileThatCannotBeRead() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).pem").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        try "A CA\n-----BEGIN CERTIFICATE-----\n".write(toFile: file, atomically: true, encoding: .utf8)
        try resolve("network: {ca_file: '\(file)'}\n").checkFiles()
        #expect { try resolve("network: {ca_file: /dev/null}\n").checkFiles() } throws: {
            "\($0)" == "network.ca_file: /dev/null holds no PEM certificate"
        }
        #expect { try resolve("network: {ca_file: /nowhere/ca.pem}\n").checkFiles() } throws: {
            "\($0)" == "network.ca_file: cannot read /nowhere/ca.pem: No such file or directory"
        }
    }

    @Test(arguments: ["/nowhere/f.yaml", "/", "/dev/zero"])
    func namesAFileThatCannotBeRead(path: String) {
        let source = ConfigurationSource(file: path, environment: [:])
        #expect { try source.load() } throws: { "\($0)".contains(path) }
    }
}

@Suite struct SpellingTests {
    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("kitten", "sitting", 3), ("jittr", "jitter", 1), ("intial", "initial", 1),
    ])
    func countsEdits(left: String, right: String, distance: Int) {
        #expect(Spelling.distance(Array(left.utf8), Array(right.utf8)) == distance)
        #expect(Spelling.distance(Array(right.utf8), Array(left.utf8)) == distance)
    }

    @Test func guessesOnlyWhatIsNear() {
        #expect(Spelling.nearest(to: "sokcet", among: ["socket", "retry"]) == "socket")
        #expect(Spelling.nearest(to: "xyz", among: ["socket", "retry"]) == nil)
    }
}

@Suite struct AddressRangeTextTests {
    @Test(arguments: [
        "10.0.0.0/8", "0.0.0.0/0", "127.0.0.1", "1.2.3.4/32", "::/0", "fe80::/10", "::1", "2001:db8::1/128",
        "128.0.0.0/1", "8000::/1",
    ])
    func takes(text: String) { #expect(AddressRangeText.isValid(text)) }

    @Test(arguments: [
        "", "/", "10/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "::/129", "10.0.0.1/8",
        "192.0.0.0/1", "fe80::1/10", "a", "1.2.3.4/8/9",
        " 1.2.3.4", "1.2.3.4/８",
    ])
    func refuses(text: String) { #expect(!AddressRangeText.isValid(text)) }
}
