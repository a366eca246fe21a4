import Testing

@testable import MatrixPusher

struct SchedulerModelTests {
    @Test(arguments: 1...8 as ClosedRange<UInt64>, [0, 5000] as [Int64])
    func `Whatever happens in whatever order, nothing is lost, doubled, reordered or stuck`(
        seed: UInt64, jitterDelay: Int64
    ) {
        let model = SchedulerModel(seed: seed, jitterDelay: jitterDelay)
        for _ in 0..<2000 { model.step() }
        model.finish()
        #expect(model.sent > 200)
        #expect(model.ended > 200)
        #expect(model.fixture.scheduler.deadlines.count < 1000)
    }

    @Test func `Deadlines do not pile up while pushers and gateways fail`() {
        let fixture = SchedulerFixture()
        for _ in 0..<10 { _ = fixture.addPusher(queued: 1) }
        var random = SeededGenerator(seed: 9)
        for _ in 0..<20_000 {
            for send in fixture.take() {
                fixture.settle(
                    send, Bool.random(using: &random) ? .blameGateway(retryAfter: 2000) : .blamePusher(minimumDelay: 0))
            }
            fixture.enqueue(Int32.random(in: 0..<10, using: &random))
            fixture.now += 50
            #expect(fixture.scheduler.deadlines.count <= 30)
        }
    }
}
