import PushGateway
import Testing

@Suite(.timeLimit(.minutes(5)))
struct TransferLoopPolicyTests {
    @Test(arguments: ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433"])
    func `A refused address is blocked without a connection`(host: String) async throws {
        let server = try ScriptedServer(.answer(httpAnswer()))
        defer { server.stop() }
        let harness = try LoopHarness(loopbackAllowed: false)
        let url = try GatewayURL("http://\(host):\(server.port)\(GatewayURL.requiredPath)")
        let results = await harness.send([TransferRequest(token: 1, url: url, body: [], pushkey: "key")])
        await harness.stop()
        #expect(results.map(\.outcome) == [.blockedAddress])
        #expect(server.connectionCount == 0)
    }

    @Test func `An allowed address is not blocked after a refused one on the same handle`() async throws {
        let server = try ScriptedServer(.answer(httpAnswer()))
        defer { server.stop() }
        let harness = try LoopHarness(capacity: 1)
        let refused = try GatewayURL("http://[::1]:\(server.port)\(GatewayURL.requiredPath)")
        _ = await harness.send([TransferRequest(token: 1, url: refused, body: [], pushkey: "key")])
        let results = await harness.send([try LoopHarness.request(2, port: server.port)])
        await harness.stop()
        #expect(results.map(\.outcome) == [.blockedAddress, .accepted])
    }

    @Test func `Requests go through the proxy, which the policy does not concern`() async throws {
        let proxy = try ScriptedServer(.answer(httpAnswer()))
        defer { proxy.stop() }
        let via = try ForwardProxy("http://127.0.0.1:\(proxy.port)")
        let harness = try LoopHarness(loopbackAllowed: false) { $0.proxy = via }
        let named = try GatewayURL("http://gateway.invalid\(GatewayURL.requiredPath)")
        let refused = try GatewayURL("http://10.0.0.1\(GatewayURL.requiredPath)")
        let results = await harness.send([
            TransferRequest(token: 1, url: named, body: [], pushkey: "key"),
            TransferRequest(token: 2, url: refused, body: [], pushkey: "key"),
        ])
        await harness.stop()
        #expect(results.map(\.outcome) == [.accepted, .blockedAddress])
        #expect(proxy.requests.map { $0.header("Host") } == ["gateway.invalid"])
    }

    @Test func `A connection that is kept is not used for what the policy refuses`() async throws {
        let proxy = try ScriptedServer(.answer(httpAnswer()))
        defer { proxy.stop() }
        let via = try ForwardProxy("http://127.0.0.1:\(proxy.port)")
        let harness = try LoopHarness(capacity: 1, loopbackAllowed: false) {
            $0.proxy = via
        }
        for (token, host) in zip(
            (1 as UInt64)..., ["gateway.invalid", "192.168.0.1", "0300.0250.1", "localhost", "other.invalid"])
        {
            let url = try GatewayURL("http://\(host)\(GatewayURL.requiredPath)")
            _ = await harness.send([TransferRequest(token: token, url: url, body: [], pushkey: "key")])
        }
        let results = await harness.finished(5)
        await harness.stop()
        #expect(
            results.map(\.outcome) == [.accepted, .blockedAddress, .blockedAddress, .blockedAddress, .accepted])
        #expect(proxy.requests.map { $0.header("Host") } == ["gateway.invalid", "other.invalid"])
        #expect(proxy.connectionCount == 1)
    }

    @Test func `Requests that wait for a gateway's first TLS connection time out in time`() async throws {
        let server = try ScriptedServer(.answerThenStall(""))
        defer { server.stop() }
        let harness = try LoopHarness { $0.responseTimeout = .milliseconds(300) }
        let url = try GatewayURL("https://127.0.0.1:\(server.port)\(GatewayURL.requiredPath)")
        let results = await harness.send(
            (1...4).map { TransferRequest(token: $0, url: url, body: [], pushkey: "key") })
        await harness.stop()
        #expect(results.map(\.outcome.label) == ["timeout", "timeout", "timeout", "timeout"])
        #expect(results.allSatisfy { $0.durationMilliseconds < 10_000 })
    }
}
