import PushQueue
import Testing

@testable import MatrixPusher

struct NotificationSummaryTests {
    private static let now: Int64 = 1_800_000_000_000

    private func row(nextAttemptAt: Int64?, flags: Int32 = 0) -> PushQueue.NotificationSummary {
        PushQueue.NotificationSummary(
            notification: PendingNotification(
                id: 4097, pusher: 3, queuedAt: Self.now - 1000, notBefore: nil, attempts: 2, flags: flags),
            userID: "@b:hs", appID: "app", pushkey: "key", gateway: "https://h:443", eventID: "$e", roomID: "!r:hs",
            lastError: "HTTP status 500", nextAttemptAt: nextAttemptAt)
    }

    @Test func `A stored notification is shown with all that is known of it`() {
        #expect(
            MatrixPusher.NotificationSummary(row(nextAttemptAt: Self.now + 5000, flags: 1), now: Self.now)
                == MatrixPusher.NotificationSummary(
                    id: 4097, kind: .event, state: .waiting, userID: "@b:hs", appID: "app", pushkey: "key",
                    gateway: "https://h:443", eventID: "$e", roomID: "!r:hs", isHighPriority: true,
                    queuedAt: Self.now - 1000,
                    attempts: 2, nextAttemptAt: Self.now + 5000, lastError: "HTTP status 500"))
    }

    @Test(arguments: [nil, now - 1, now] as [Int64?])
    func `A notification whose moment has come is due`(nextAttemptAt: Int64?) {
        let summary = MatrixPusher.NotificationSummary(row(nextAttemptAt: nextAttemptAt), now: Self.now)
        #expect(summary.state == .due)
        #expect(summary.nextAttemptAt == nil)
        #expect(!summary.isHighPriority)
    }

    @Test func `A dead letter is dead`() {
        let letter = DeadLetterSummary(
            notification: row(nextAttemptAt: nil).notification, userID: "@b:hs", appID: "app", pushkey: "key",
            gateway: "https://h:443", eventID: "$e", roomID: "!r:hs", lastError: "late",
            lastStatus: 503, deadAt: Self.now, reason: .expired)
        let summary = MatrixPusher.NotificationSummary(letter)
        #expect(summary.state == .dead && summary.eventID == "$e" && summary.lastError == "late")
        #expect(summary.death == .init(at: Self.now, reason: .expired, lastStatus: 503))
    }

    @Test(arguments: DeadLetter.Reason.allCases)
    func `A reason has the same name here and in the database`(reason: DeadLetter.Reason) {
        let shown = MatrixPusher.NotificationSummary.Death.Reason(reason)
        #expect(shown.rawValue == reason.rawValue && shown.stored == reason)
    }
}
