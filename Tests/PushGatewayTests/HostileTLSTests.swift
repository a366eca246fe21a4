import Foundation
import PushGateway
import Testing

/// Gateways whose certificates are not to be trusted. One at a time, as each is a process.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct HostileTLSTests {

    private func outcome(
        of kind: TestCertificates.Kind, options: [String] = [], host: String = "127.0.0.1",
        _ adjust: (inout GatewayClientConfiguration) -> Void
    ) async throws -> (outcome: GatewayOutcome, received: String) {
        let script = TLSServer.Script(answers: [Array(httpAnswer().utf8)]) { received in
            received.range(of: Data("\r\n\r\n{}".utf8)) == nil ? 0 : 1
        }
        let server = try await TLSServer.start(
            kind, of: TestCertificates.shared.get(), options: options, script: script)
        defer { server.stop() }
        let harness = try LoopHarness {
            $0.responseTimeout = .seconds(20)
            adjust(&$0)
        }
        let url = try GatewayURL("https://\(host):\(server.port)\(GatewayURL.requiredPath)")
        let results = await harness.send([
            TransferRequest(token: 1, url: url, body: Array("{}".utf8), pushkey: "key")
        ])
        await harness.stop()
        return (try #require(results.first).outcome, String(decoding: server.received, as: UTF8.self))
    }

    @Test func `A certificate of an authority in the file is trusted`() async throws {
        let authority = try TestCertificates.shared.get().authority
        let (outcome, received) = try await outcome(of: .good) { $0.caFile = authority }
        #expect(outcome == .accepted)
        #expect(received.contains("POST \(GatewayURL.requiredPath) HTTP/1.1"))
    }

    @Test func `A certificate that vouches for itself is trusted where the file has it`() async throws {
        let file = try TestCertificates.shared.get().certificate(.selfSigned)
        #expect(try await outcome(of: .selfSigned, { $0.caFile = file }).outcome == .accepted)
    }

    @Test(arguments: TestCertificates.Kind.allCases)
    func `Nothing is sent to whom the system does not trust`(kind: TestCertificates.Kind) async throws {
        let (outcome, received) = try await outcome(of: kind) { $0.caFile = nil }
        #expect(outcome.label == "tls")
        #expect(!received.contains("POST"))
    }

    @Test(arguments: [TestCertificates.Kind.wrongName, .expired, .selfSigned])
    func `Nothing is sent to whom the authority does not vouch for`(kind: TestCertificates.Kind) async throws {
        let authority = try TestCertificates.shared.get().authority
        let (outcome, received) = try await outcome(of: kind) { $0.caFile = authority }
        #expect(outcome.label == "tls")
        #expect(!received.contains("POST"))
    }

    @Test func `A certificate for an address does not do for a name`() async throws {
        let authority = try TestCertificates.shared.get().authority
        #expect(try await outcome(of: .good, host: "localhost") { $0.caFile = authority }.outcome.label == "tls")
    }

    /// The proxy's part is a tunnel: the certificate is the gateway's, and so is the answer.
    @Test(arguments: [(TestCertificates.Kind.good, "rejected"), (.wrongName, "tls"), (.selfSigned, "tls")])
    func `Behind a proxy the gateway's certificate is judged`(kind: TestCertificates.Kind, label: String) async throws {
        let certificates = try TestCertificates.shared.get()
        let answer = httpAnswer("200 OK", "{\"rejected\":[\"key\"]}")
        let script = TLSServer.Script(answers: [Array(answer.utf8)]) { received in
            received.range(of: Data("\r\n\r\n{}".utf8)) == nil ? 0 : 1
        }
        let gateway = try await TLSServer.start(kind, of: certificates, script: script)
        let proxy = try ScriptedServer(.answerThenRelay("HTTP/1.1 200 Connected\r\n\r\n", port: gateway.port))
        defer {
            proxy.stop()
            gateway.stop()
        }
        let via = try ForwardProxy("http://127.0.0.1:\(proxy.port)")
        let harness = try LoopHarness {
            $0.proxy = via
            $0.caFile = certificates.authority
        }
        let url = try GatewayURL("https://127.0.0.1:\(gateway.port)\(GatewayURL.requiredPath)")
        let results = await harness.send([
            TransferRequest(token: 1, url: url, body: Array("{}".utf8), pushkey: "key")
        ])
        await harness.stop()
        #expect(results.map(\.outcome.label) == [label])
        #expect(proxy.requests.map(\.head).allSatisfy { $0.hasPrefix("CONNECT 127.0.0.1:\(gateway.port) ") })
        #expect(String(decoding: gateway.received, as: UTF8.self).contains("POST /_matrix") == (kind == .good))
    }

    @Test(arguments: [true, false])
    func `A proxy with TLS is judged by the same file`(isTrusted: Bool) async throws {
        let certificates = try TestCertificates.shared.get()
        let script = TLSServer.Script(answers: [Array(httpAnswer().utf8)]) { received in
            received.range(of: Data("\r\n\r\n{}".utf8)) == nil ? 0 : 1
        }
        let proxy = try await TLSServer.start(.good, of: certificates, script: script)
        defer { proxy.stop() }
        let via = try ForwardProxy("https://127.0.0.1:\(proxy.port)")
        let harness = try LoopHarness {
            $0.proxy = via
            $0.caFile = isTrusted ? certificates.authority : nil
        }
        let url = try GatewayURL("http://gateway.invalid\(GatewayURL.requiredPath)")
        let results = await harness.send([
            TransferRequest(token: 1, url: url, body: Array("{}".utf8), pushkey: "key")
        ])
        await harness.stop()
        #expect(results.map(\.outcome.label) == [isTrusted ? "accepted" : "tls"])
        #expect(String(decoding: proxy.received, as: UTF8.self).contains("POST http://gateway.invalid/") == isTrusted)
    }

    @Test func `TLS of the last century is refused`() async throws {
        let authority = try TestCertificates.shared.get().authority
        let old = ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"]
        let (outcome, received) = try await outcome(of: .good, options: old) { $0.caFile = authority }
        #expect(outcome.label == "tls")
        #expect(!received.contains("POST"))
    }
}
