import Synchronization
import Testing

@testable import PushGateway

/// The address policy as it meets libcurl. Nothing leaves this machine, whatever the policy says: the sockets of these
/// loops are noted down and never opened, and hosts are addresses or `localhost`, which libcurl knows by itself.
@Suite(.timeLimit(.minutes(5)))
struct TransferLoopAddressTests {
    /// Sends a request to each host, and returns what became of them and which addresses would have been connected to.
    private func send(
        to hosts: [String], scheme: String = "http", _ adjust: (inout GatewayClientConfiguration) -> Void = { _ in }
    ) async throws -> (outcomes: [GatewayOutcome], peers: [String]) {
        let peers = Peers()
        let harness = try LoopHarness(loopbackAllowed: false) {
            adjust(&$0)
            $0.socketOpener = { peers.refuse($0) }
        }
        let requests = try hosts.enumerated().map { token, host in
            let url = try GatewayURL("\(scheme)://\(host)\(GatewayURL.requiredPath)")
            return TransferRequest(token: UInt64(token), url: url, body: [], pushkey: "key")
        }
        let results = await harness.send(requests)
        await harness.stop()
        return (results.map(\.outcome), peers.all)
    }

    private final class Peers: Sendable {
        private let addresses = Mutex<[String]>([])
        var all: [String] { addresses.withLock { $0 } }

        func refuse(_ address: IPAddress?) -> Int32 {
            addresses.withLock { $0.append(address?.description ?? "none") }
            return -1
        }
    }

    /// One address out of each range, and every spelling of one.
    private static let refusedHosts = [
        "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
        "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
        "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "2130706433", "0177.0.0.1", "0x7f.1", "127.1", "127.0.1", "0x7f000001", "017700000001", "127.0.0.1.",
        "%31%32%37.0.0.1", "%30x7f.1", "0", "0xa9fea9fe", "localhost", "LOCALHOST", "a.localhost", "127.0.0.1:22",
        "user:secret@127.0.0.1",
        "[::]", "[::1]", "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:0:127.0.0.1]",
        "[64:ff9b::127.0.0.1]", "[64:ff9b::a00:1]", "[64:ff9b:1::10.0.0.1]", "[100::1]", "[2001::1]", "[2001:2::1]",
        "[2001:10::1]", "[2001:db8::1]", "[2002:7f00:1::1]", "[3fff::1]", "[5f00::1]", "[fc00::1]", "[fd00::1]",
        "[fe80::1]", "[fe80::1%25lo]", "[fec0::1]", "[ff02::1]",
    ]

    @Test func `A refused address is blocked without a socket, however it is written`() async throws {
        let (outcomes, peers) = try await send(to: Self.refusedHosts)
        for (host, outcome) in zip(Self.refusedHosts, outcomes) { #expect(outcome == .blockedAddress, "\(host)") }
        #expect(peers == [])
    }

    @Test func `With TLS it is the same`() async throws {
        let (outcomes, peers) = try await send(to: Self.refusedHosts, scheme: "https")
        #expect(outcomes == Array(repeating: .blockedAddress, count: Self.refusedHosts.count))
        #expect(peers == [])
    }

    /// Documentation addresses stand for the world here.
    @Test(arguments: [
        ("198.51.100.7", "198.51.100.7"), ("0xc6336407", "198.51.100.7"), ("[2001:db8::7]", "2001:db8::7"),
        ("[::ffff:198.51.100.7]", "::ffff:198.51.100.7"), ("[64:ff9b::198.51.100.7]", "64:ff9b::c633:6407"),
    ])
    func `An allowed address is connected to`(host: String, peer: String) async throws {
        let (outcomes, peers) = try await send(to: [host]) {
            $0.addressPolicy = AddressPolicy(allowlist: Self.ranges("198.51.100.0/24", "2001:db8::/32"))
        }
        #expect(outcomes.map(\.label) == ["connect"])
        #expect(peers == [peer])
    }

    @Test func `A name with one allowed address is connected to there alone`() async throws {
        let (outcomes, peers) = try await send(to: ["localhost"]) {
            $0.addressPolicy = AddressPolicy(allowlist: Self.ranges("127.0.0.1"))
        }
        #expect(outcomes.map(\.label) == ["connect"])
        #expect(peers == ["127.0.0.1"])
    }

    @Test(arguments: ["http", "https"])
    func `Behind a proxy, addresses are refused in every spelling`(scheme: String) async throws {
        let via = try ForwardProxy("http://198.51.100.9:3128")
        let hosts = Self.refusedHosts + ["localhost.", "a.localhost."]
        let (outcomes, peers) = try await send(to: hosts, scheme: scheme) { $0.proxy = via }
        for (host, outcome) in zip(hosts, outcomes) { #expect(outcome == .blockedAddress, "\(host)") }
        #expect(peers == [])
    }

    @Test(arguments: ["http", "https"])
    func `Behind a proxy, names are the proxy's to judge`(scheme: String) async throws {
        let via = try ForwardProxy("http://198.51.100.9:3128")
        let (outcomes, peers) = try await send(to: ["gateway.invalid", "8.8.8.8"], scheme: scheme) {
            $0.proxy = via
        }
        #expect(outcomes.map(\.label) == ["connect", "connect"])
        #expect(peers == ["198.51.100.9", "198.51.100.9"])
    }

    /// `no_proxy` would otherwise be a way around the policy.
    @Test(arguments: ["http", "https"])
    func `What the environment's proxy leaves out is judged as if there were none`(scheme: String) async throws {
        let environment = [
            "http_proxy": "198.51.100.9:3128", "https_proxy": "http://198.51.100.10:3128",
            "no_proxy": "localhost,10.0.0.0/8,203.0.113.7",
        ]
        let proxy = try ForwardProxy(environment: { environment[$0] })
        let hosts = [
            "localhost", "10.0.0.1", "012.0.0.1", "203.0.113.7", "192.168.0.1", "gateway.invalid", "198.51.100.7",
        ]
        let (outcomes, peers) = try await send(to: hosts, scheme: scheme) {
            $0.proxy = proxy
            $0.addressPolicy = AddressPolicy(allowlist: Self.ranges("203.0.113.0/24", "198.51.100.7"))
        }
        let blocked = "blocked_address"
        #expect(outcomes.map(\.label) == [blocked, blocked, blocked, "connect", blocked, "connect", "connect"])
        let via = scheme == "http" ? "198.51.100.9" : "198.51.100.10"
        #expect(peers.sorted() == [via, via, "203.0.113.7"])
    }

    @Test func `A handle that changes gateways changes its proxy`() async throws {
        let environment = ["http_proxy": "http://198.51.100.9", "no_proxy": "203.0.113.7"]
        let proxy = try ForwardProxy(environment: { environment[$0] })
        let peers = Peers()
        let harness = try LoopHarness(capacity: 1, loopbackAllowed: false) {
            $0.proxy = proxy
            $0.addressPolicy = AddressPolicy(allowlist: Self.ranges("203.0.113.7"))
            $0.socketOpener = { peers.refuse($0) }
        }
        for host in ["gateway.invalid", "203.0.113.7", "gateway.invalid", "203.0.113.7"] {
            let url = try GatewayURL("http://\(host)\(GatewayURL.requiredPath)")
            _ = await harness.send([TransferRequest(token: 1, url: url, body: [], pushkey: "key")])
        }
        await harness.stop()
        #expect(peers.all == ["198.51.100.9", "203.0.113.7", "198.51.100.9", "203.0.113.7"])
    }

    private static func ranges(_ texts: String...) -> [AddressRange] {
        texts.compactMap { try? AddressRange($0) }
    }
}
