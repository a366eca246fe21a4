import PushGateway
import PushQueue
import Testing

@testable import MatrixPusher

/// Row by row what the delivery policy says.
struct BlameTableTests {
    private func decide(_ outcome: GatewayOutcome, attempts: Int = 0, isReduced: Bool = false) -> DeliveryDecision {
        BlameTable.decide(outcome, refusals: attempts, isReduced: isReduced)
    }

    @Test func `An accepted notification is done`() {
        #expect(decide(.accepted) == .done)
    }

    @Test func `A rejected pushkey removes the pusher`() {
        #expect(decide(.rejected) == .removePusher)
    }

    @Test(arguments: TransferFailure.Kind.allCases.filter { $0 != .local })
    func `A gateway that can not be reached or does not answer is at fault`(kind: TransferFailure.Kind) {
        #expect(decide(.failed(TransferFailure(kind)), attempts: 99) == .blameGateway(retryAfter: nil))
    }

    @Test func `A failure of our own blames nobody`() {
        #expect(decide(.failed(TransferFailure(.local)), attempts: 99) == .postpone(milliseconds: 5000))
    }

    /// EMFILE, ENFILE, ENOMEM and ENOBUFS: numbers of Linux.
    @Test(arguments: [24, 23, 12, 105] as [Int32])
    func `What this system lacks blames nobody and holds up no single pusher`(systemError: Int32) {
        #expect(decide(.failed(TransferFailure(.local, systemError: systemError)), attempts: 99) == .release)
        #expect(
            decide(.failed(TransferFailure(.connect, systemError: systemError))) == .blameGateway(retryAfter: nil))
    }

    @Test(arguments: [408, 429, 503])
    func `A gateway that asks for a pause gets it`(status: Int) {
        #expect(decide(.status(status, retryAfter: nil), attempts: 99) == .blameGateway(retryAfter: nil))
        #expect(decide(.status(status, retryAfter: .seconds(7))) == .blameGateway(retryAfter: 7000))
        #expect(decide(.status(status, retryAfter: .seconds(Int64.max))) == .blameGateway(retryAfter: .max))
    }

    @Test(arguments: [500, 501, 502, 504, 505, 520, 599])
    func `Other server errors blame the gateway or the pusher, however often they come`(status: Int) {
        for attempts in [0, 4, 1000] {
            #expect(decide(.status(status, retryAfter: nil), attempts: attempts) == .blameEither)
        }
    }

    @Test func `A gateway without storage for a pusher leaves it alone for five minutes`() {
        #expect(decide(.status(507, retryAfter: nil), attempts: 99) == .blamePusher(minimumDelay: 300_000))
    }

    @Test func `What is too large is tried once more in the short format`() {
        #expect(decide(.status(413, retryAfter: nil)) == .reduce)
        #expect(decide(.status(413, retryAfter: nil), isReduced: true) == .bury(.tooLarge))
    }

    @Test(arguments: [300, 301, 302, 307, 308, 400, 401, 403, 404, 405, 410, 422, 451, 499])
    func `Any other refusal is tried five times`(status: Int) {
        for attempts in 0..<4 {
            #expect(decide(.status(status, retryAfter: nil), attempts: attempts) == .refuse)
        }
        #expect(decide(.status(status, retryAfter: nil), attempts: 4) == .bury(.refused))
        #expect(decide(.status(status, retryAfter: nil), attempts: 1000) == .bury(.refused))
    }

    @Test func `An address that policy refuses is a dead letter`() {
        #expect(decide(.blockedAddress) == .bury(.blockedAddress))
    }

    @Test func `A shutdown leaves everything as it was`() {
        #expect(decide(.cancelled, attempts: 4) == .release)
    }

    @Test func `Server errors before a refusal are no refusals`() {
        let fixture = SchedulerFixture()
        let slot = fixture.addPusher(queued: 1)
        func fail(_ status: Int) -> DeliveryDecision {
            let outcome = GatewayOutcome.status(status, retryAfter: nil)
            let decision = decide(outcome, attempts: fixture.scheduler.refusals(slot))
            fixture.settle(fixture.take()[0], decision)
            _ = fixture.advance()
            return decision
        }
        for _ in 0..<4 { #expect(fail(500) == .blameEither) }
        for _ in 0..<4 { #expect(fail(400) == .refuse) }
        #expect(fail(502) == .blameEither)
        #expect(fixture.scheduler.failures[slot]?.attempts == 9)
        #expect(fail(404) == .bury(.refused))
        #expect(fixture.scheduler.items.count == 0)
    }
}
