import Testing

@testable import MatrixPusher

struct RejectionWindowTests {
    private static let now: Int64 = 1_800_000_000_000

    /// - Parameter pushers: How many there were before the first rejection.
    @Test(
        arguments: [
            (5, 5, false), (20, 20, false), (21, 21, true), (1000, 20, false), (209, 21, true), (210, 21, false),
            (1000, 100, false), (1000, 101, true), (100_000, 10_000, false), (100_000, 10_001, true),
        ])
    func `More than twenty and a tenth of the pushers are too many`(pushers: Int, rejections: Int, isTooMany: Bool) {
        var window = RejectionWindow()
        for index in 0..<rejections { window.add(at: Self.now + Int64(index)) }
        // All but the last were removed.
        #expect(window.isTooMany(ofPushers: pushers - rejections + 1, now: Self.now + Int64(rejections)) == isTooMany)
    }

    @Test func `Rejections of more than ten minutes ago do not count`() {
        var window = RejectionWindow()
        for _ in 0..<20 { window.add(at: Self.now) }
        #expect(window.total(now: Self.now + 600_000) == 20)
        #expect(window.total(now: Self.now + 630_000) == 0)
    }

    @Test func `The window slides`() {
        var window = RejectionWindow()
        // One in forty seconds: fifteen in ten minutes.
        for second in stride(from: 0, to: 86_400, by: 40) {
            let now = Self.now + Int64(second) * 1000
            window.add(at: now)
            #expect((1...16).contains(window.total(now: now)))
        }
        #expect(window.total(now: Self.now + 86_400_000) >= 15)
    }

    @Test(arguments: [(0, 21), (200, 21), (209, 21), (210, 22), (1000, 101)])
    func `After a suspicion nothing is believed for ten minutes, and as many as before are too many`(
        pushers: Int, tooMany: Int
    ) {
        var window = RejectionWindow()
        for _ in 0..<5000 { window.add(at: Self.now - 1) }
        window.renew(now: Self.now)
        for _ in 0..<tooMany - 1 { window.add(at: Self.now + 1000) }
        #expect(!window.isTooMany(ofPushers: pushers, now: Self.now + 1000))
        window.add(at: Self.now + 599_999)
        #expect(window.isTooMany(ofPushers: pushers, now: Self.now + 599_999))
        #expect(window.isDistrusted(now: Self.now + 599_999))
        #expect(!window.isDistrusted(now: Self.now + 600_000))
        window.add(at: Self.now + 600_000)
        #expect(window.total(now: Self.now + 600_000) == 1)
    }

    @Test func `The distrust moves with a clock that is set, and is remembered to its end`() {
        var window = RejectionWindow()
        window.renew(now: Self.now)
        window.shift(by: 3_600_000)
        #expect(window.isDistrusted(now: Self.now + 3_600_000 + 599_999))
        #expect(!window.isOver(now: Self.now + 3_600_000 + 599_999))
        #expect(window.isOver(now: Self.now + 3_600_000 + 600_000))
    }

    @Test func `The window moves with a clock that is set`() {
        var window = RejectionWindow()
        for _ in 0..<20 { window.add(at: Self.now) }
        window.shift(by: -3_600_000)
        #expect(window.total(now: Self.now - 3_600_000 + 600_000) == 20)
        #expect(window.total(now: Self.now - 3_600_000 + 630_000) == 0)
    }
}
