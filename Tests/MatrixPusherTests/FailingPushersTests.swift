import Testing

@testable import MatrixPusher

struct FailingPushersTests {
    @Test(
        arguments: [
            (1, 1, false), (2, 2, false), (3, 2, false), (3, 3, true), (4, 3, false), (4, 4, true), (5, 4, true),
            (10, 7, false), (10, 8, true), (20, 15, false), (20, 16, true), (100_000, 15, false), (100_000, 16, true),
        ])
    func `Four of five of the last twenty pushers are most`(pushers: Int, failed: Int, areMost: Bool) {
        var failing = FailingPushers()
        for slot in 0..<failed { failing.note(Int32(slot), failed: true) }
        #expect(failing.areMost(ofPushers: pushers) == areMost)
    }

    @Test func `A pusher that fails again and again is one pusher`() {
        var failing = FailingPushers()
        for _ in 0..<100 { failing.note(7, failed: true) }
        #expect(!failing.areMost(ofPushers: 3))
    }

    @Test func `What a pusher did last counts`() {
        var failing = FailingPushers()
        for slot in 0..<20 { failing.note(Int32(slot), failed: true) }
        #expect(failing.areMost(ofPushers: 1000))
        for slot in 0..<5 { failing.note(Int32(slot), failed: false) }
        #expect(!failing.areMost(ofPushers: 1000))
        for slot in 5..<20 { failing.note(Int32(slot), failed: false) }
        #expect(failing.isEmpty)
    }

    @Test func `Pushers beyond the last twenty are forgotten`() {
        var failing = FailingPushers()
        for slot in 0..<16 { failing.note(Int32(slot), failed: true) }
        for slot in 100..<104 { failing.note(Int32(slot), failed: false) }
        #expect(failing.areMost(ofPushers: 1000))
        failing.note(200, failed: false)
        #expect(!failing.areMost(ofPushers: 1000))
        for slot in 300..<315 { failing.note(Int32(slot), failed: false) }
        #expect(failing.isEmpty)
    }
}
