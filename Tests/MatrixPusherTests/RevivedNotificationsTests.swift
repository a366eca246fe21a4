import PushQueue
import Testing

@testable import MatrixPusher

struct RevivedNotificationsTests {
    private func notification(_ id: Int64, at time: Int64) -> PendingNotification {
        PendingNotification(id: id, pusher: 1, queuedAt: time, notBefore: nil, attempts: 0, flags: 16)
    }

    @Test func `Each comes when its time has come, in the order of being put back`() {
        var revived = RevivedNotifications()
        for (id, time) in [(1, 30), (2, 10), (3, 30), (4, 20)] as [(Int64, Int64)] {
            revived.hold(notification(id, at: time), for: 7)
        }
        revived.hold(notification(5, at: 5), for: 8)
        #expect(revived.next(for: 9, queuedBefore: .max) == nil)
        #expect(revived.next(for: 7, queuedBefore: 10) == nil)
        #expect(revived.next(for: 7, queuedBefore: 21)?.id == 2)
        #expect(revived.next(for: 7, queuedBefore: 21)?.id == 4)
        #expect(revived.next(for: 7, queuedBefore: 21) == nil)
        #expect(Set(revived.slots) == [7, 8])
        #expect(revived.next(for: 7, queuedBefore: .max)?.id == 1)
        #expect(revived.next(for: 7, queuedBefore: .max)?.id == 3)
        #expect(revived.slots == [8])
    }
}
