import Testing

@testable import PushGateway

struct GatewayOutcomeTests {
    /// libcurl's codes are part of its ABI.
    @Test(
        arguments: [
            (1, .protocolError), (2, .local), (3, .local), (5, .dns), (6, .dns), (7, .connect), (8, .protocolError),
            (16, .transport), (18, .transport), (23, .transport), (27, .local), (28, .timeout), (35, .tls),
            (43, .local),
            (52, .transport), (55, .transport), (56, .transport), (58, .tls), (59, .tls), (60, .tls),
            (61, .protocolError),
            (77, .local), (83, .tls), (90, .tls), (91, .tls), (92, .transport), (97, .connect), (98, .tls),
            (9999, .transport),
        ] as [(Int32, TransferFailure.Kind)])
    func `libcurl's results are sorted`(code: Int32, kind: TransferFailure.Kind) {
        #expect(TransferFailure(curlCode: code).kind == kind)
    }

    @Test(arguments: [
        (GatewayOutcome.accepted, "accepted", "accepted"),
        (.rejected, "rejected", "the gateway rejected the pushkey"),
        (.status(429, retryAfter: .seconds(30)), "http_429", "HTTP status 429, retry after 30 s"),
        (.status(413, retryAfter: nil), "http_413", "HTTP status 413"),
        (.status(301, retryAfter: nil), "http_3xx", "HTTP status 301"),
        (.status(404, retryAfter: nil), "http_4xx", "HTTP status 404"),
        (.status(599, retryAfter: nil), "http_5xx", "HTTP status 599"),
        (.status(999, retryAfter: nil), "http_other", "HTTP status 999"),
        (.failed(TransferFailure(curlCode: 28)), "timeout", "timeout: Timeout was reached"),
        (.failed(TransferFailure(.tls)), "tls", "tls"),
        (.failed(TransferFailure(.local, systemError: 24)), "local", "local (Too many open files)"),
        (.blockedAddress, "blocked_address", "the gateway's address is refused by policy"),
        (.cancelled, "cancelled", "cancelled by shutdown"),
    ])
    func `An outcome has a label and a reason`(outcome: GatewayOutcome, label: String, reason: String) {
        #expect(outcome.label == label)
        #expect(outcome.reason == reason)
    }

    @Test func `Labels stay few whatever a gateway answers`() {
        let labels = Set((0..<1000).map { GatewayOutcome.status($0, retryAfter: nil).label })
        #expect(labels.count == 12)
        #expect(GatewayOutcome.status(404, retryAfter: nil).status == 404)
        #expect(GatewayOutcome.accepted.status == nil)
    }

    @Test(
        arguments: [
            (Duration.zero, 0), (.seconds(-1), 0), (.milliseconds(1), 1), (.nanoseconds(1), 1),
            (.microseconds(1001), 2),
            (.seconds(90), 90_000), (.seconds(10_000_000_000), Int64(Int32.max)),
        ] as [(Duration, Int64)])
    func `Durations are rounded up to milliseconds within limits`(duration: Duration, milliseconds: Int64) {
        #expect(duration.milliseconds() == milliseconds)
    }
}
