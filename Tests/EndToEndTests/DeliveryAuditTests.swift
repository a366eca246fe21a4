import SidecarHarness
import Testing

/// The judge of the crash test and of the demonstration, judged.
@Suite struct DeliveryAuditTests {
    private static let begin = ContinuousClock.now
    private static let crash = DeliveryAudit.Crash(killedAt: at(1000), goneAt: at(1010))

    private static func at(_ milliseconds: Int) -> ContinuousClock.Instant {
        begin.advanced(by: .milliseconds(milliseconds))
    }

    private static func delivery(_ eventID: String, _ pushkey: String = "k") -> DeliveryAudit.Delivery {
        DeliveryAudit.Delivery(pushkey: pushkey, eventID: eventID)
    }

    /// A request at a time, answered after one millisecond unless it says otherwise.
    private static func request(
        _ eventID: String, _ time: Int, until end: Int? = nil, status: Int? = 200, pushkey: String = "k"
    ) -> ReceivedNotification {
        let body = #"{"notification":{"event_id":"\#(eventID)","devices":[{"pushkey":"\#(pushkey)"}]}}"#
        var received = ReceivedNotification(body: Array(body.utf8), receivedAt: at(time))
        received.endedAt = at(end ?? time + 1)
        received.status = status
        return received
    }

    private func audit(_ expected: [String], _ received: [ReceivedNotification], crash: Bool = true) -> DeliveryAudit {
        DeliveryAudit(
            expected: expected.map { Self.delivery($0) }, received: received, crashes: crash ? [Self.crash] : [],
            grace: .milliseconds(20))
    }

    @Test func whatCameOnceAndInOrderIsClean() {
        let received = [
            Self.request("1", 0, status: 503), Self.request("1", 5), Self.request("2", 10, status: nil),
            Self.request("2", 15),
        ]
        #expect(audit(["1", "2"], received).isClean)
    }

    @Test func whatNoGatewayAcceptedIsMissing() {
        #expect(
            audit(["1", "2"], [Self.request("1", 0, status: 500)]).missing == [Self.delivery("1"), Self.delivery("2")])
    }

    @Test func whatNobodySentIsUnexpected() {
        #expect(audit([], [Self.request("1", 0)]).unexpected == [Self.delivery("1")])
    }

    @Test(arguments: [990, 999, 1005])
    func whatWasInFlightOrJustAnsweredMayComeAgain(answeredAt: Int) {
        let audit = audit(["1"], [Self.request("1", 900, until: answeredAt), Self.request("1", 1100)])
        #expect(audit.isClean)
        #expect(audit.repeated == [Self.delivery("1")])
    }

    @Test func whatWasCutOffMayComeAgain() {
        let audit = audit(["1"], [Self.request("1", 900, until: 1001, status: nil), Self.request("1", 1100)])
        #expect(audit.isClean)
        #expect(audit.repeated == [Self.delivery("1")])
    }

    @Test func whatWasAnsweredWellBeforeMayNotComeAgain() {
        let received = [Self.request("1", 900, until: 979), Self.request("1", 1100)]
        #expect(audit(["1"], received).doubled == [Self.delivery("1")])
    }

    @Test func withoutACrashNothingMayComeAgain() {
        let received = [Self.request("1", 900), Self.request("1", 990)]
        #expect(audit(["1"], received).doubled == [Self.delivery("1")])
        #expect(audit(["1"], received, crash: false).doubled == [Self.delivery("1")])
    }

    @Test func ofOneProcessAnEarlierEventMayNotComeLater() {
        let received = [Self.request("2", 0), Self.request("1", 5)]
        #expect(audit(["1", "2"], received).disordered == [Self.delivery("1")])
    }

    @Test func afterACrashAnEarlierEventMayComeAgainButNoneMayBeSkipped() {
        let repeated = [
            Self.request("1", 985), Self.request("2", 990), Self.request("1", 1100), Self.request("2", 1110),
        ]
        #expect(audit(["1", "2"], repeated).isClean)
        let skipped = [Self.request("2", 1100), Self.request("1", 1110)]
        #expect(audit(["1", "2"], skipped).disordered == [Self.delivery("1")])
    }

    @Test func onePusherHasOneRequestInFlight() {
        let overlapping = [Self.request("1", 0, until: 10), Self.request("2", 5)]
        #expect(audit(["1", "2"], overlapping).overlapping == [Self.delivery("2")])
        let others = [Self.request("1", 0, until: 10), Self.request("1", 5, pushkey: "other")]
        let expected = [Self.delivery("1"), Self.delivery("1", "other")]
        #expect(DeliveryAudit(expected: expected, received: others, grace: .zero).isClean)
    }

    // MARK: What was not delivered

    private static func rejection(_ eventID: String, _ time: Int) -> ReceivedNotification {
        var received = request(eventID, time)
        received.rejectsPushkey = true
        return received
    }

    private func audit(
        _ expected: [String], _ received: [ReceivedNotification], _ change: (inout DeliveryAudit.Rest) -> Void
    ) -> DeliveryAudit {
        var rest = DeliveryAudit.Rest()
        change(&rest)
        return DeliveryAudit(
            expected: expected.map { Self.delivery($0) }, received: received, crashes: [Self.crash], rest: rest,
            grace: .milliseconds(20))
    }

    @Test func whatIsDeadOrQueuedIsNotMissing() {
        let audit = audit(["1", "2", "3"], [Self.request("1", 0), Self.request("2", 5, status: 400)]) {
            $0.dead = [Self.delivery("2")]
            $0.queued = [Self.delivery("3")]
        }
        #expect(audit.isClean)
        #expect([audit.accepted, audit.dead, audit.queued, audit.rejected] == [1, 1, 1, 0])
    }

    @Test func nothingIsAccountedForTwice() {
        let audit = audit(["1", "2"], [Self.request("1", 0)]) {
            $0.dead = [Self.delivery("1"), Self.delivery("2")]
            $0.queued = [Self.delivery("2")]
        }
        #expect(audit.contradictory == [Self.delivery("1"), Self.delivery("2")])
    }

    @Test func ofARejectedPushkeyAllIsGoneFromTheRejectionOn() {
        let received = [Self.request("1", 0), Self.rejection("2", 5)]
        let audit = audit(["1", "2", "3"], received) { $0.rejected = ["k"] }
        #expect(audit.isClean)
        #expect([audit.accepted, audit.rejected] == [1, 2])
    }

    @Test func whatCameBeforeARejectionIsMissing() {
        let audit = audit(["1", "2"], [Self.rejection("2", 5)]) { $0.rejected = ["k"] }
        #expect(audit.missing == [Self.delivery("1")])
    }

    @Test func aRejectionThatRemovedNoPusherExcusesNothing() {
        #expect(audit(["1", "2"], [Self.rejection("1", 5)]) { _ in }.missing == [Self.delivery("2")])
    }

    @Test(arguments: [(900, false), (990, true)])
    func afterARejectionNothingIsSentUnlessACrashForgotIt(rejectedAt: Int, isExcused: Bool) {
        let received = [Self.rejection("1", rejectedAt), Self.rejection("2", 1100)]
        let audit = audit(["1", "2"], received) { $0.rejected = ["k"] }
        #expect(audit.afterRejection == (isExcused ? [] : [Self.delivery("2")]))
    }
}
