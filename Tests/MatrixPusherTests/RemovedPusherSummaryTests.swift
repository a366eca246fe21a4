import PushQueue
import Testing

@testable import MatrixPusher

@Suite struct RemovedPusherSummaryTests {
    private func pusher(user: String = "@bob:hs", setAt seconds: Int64) -> PusherRow {
        PusherRow(
            id: 7,
            fields: PusherFields(
                userID: user, appID: "app", pushkey: "key", appDisplayName: "App", deviceDisplayName: "Phone",
                lang: "en",
                url: "https://push.example.org/_matrix/push/v1/notify", gateway: "https://push.example.org:443",
                data: Array("{}".utf8)),
            pushkeyTimestamp: seconds, createdAt: 0, health: PusherHealth())
    }

    private func isRestorable(
        _ reason: RemovedPusher.Reason = .rejected, restoredAt: Int64? = nil, present: [PusherRow] = []
    ) -> Bool {
        let removed = RemovedPusher(
            sequence: 1, pusher: pusher(setAt: 1), reason: reason, removedAt: 5_500, restoredAt: restoredAt)
        return RemovedPusherSummary(removed, present: present).isRestorable
    }

    @Test func `All but a deleted user's pushers can be restored, once`() {
        for reason in RemovedPusher.Reason.allCases { #expect(isRestorable(reason) == (reason != .user)) }
        #expect(!isRestorable(restoredAt: 6_000))
    }

    @Test func `A key that is in use again can not be given back`() {
        #expect(!isRestorable(present: [pusher(setAt: 1)]))
        #expect(!isRestorable(present: [pusher(user: "@eve:hs", setAt: 5)]))
        #expect(isRestorable(present: [pusher(user: "@eve:hs", setAt: 4)]))
    }
}
