import Testing

@testable import MatrixPusher

struct LifetimesTests {
    @Test func `Owners are told at their moments, once each`() {
        var lifetimes = Lifetimes()
        for id in 1...10 as ClosedRange<Int64> { lifetimes.insert(id, owner: Int32(id), expiresAt: 1000 * id) }
        let early = lifetimes.nextOwner(now: 999)
        #expect(early == nil)
        let owners = (0..<4).map { _ in lifetimes.nextOwner(now: 3500) }
        #expect(owners == [1, 2, 3, nil])
        #expect(lifetimes.hasExpired(3, now: 3000))
        #expect(!lifetimes.hasExpired(4, now: 3999))
        #expect(!lifetimes.hasExpired(99, now: 3999))
    }

    @Test func `What is done is forgotten, and its moments do not pile up`() {
        var lifetimes = Lifetimes()
        for id in 0..<100_000 as Range<Int64> {
            lifetimes.insert(id, owner: 1, expiresAt: .max - id)
            if id >= 10 { lifetimes.remove(id - 10) }
        }
        #expect(lifetimes.count == 10)
        var moments = 0
        while lifetimes.nextOwner(now: .max) != nil { moments += 1 }
        #expect((10...100).contains(moments))
    }

    @Test func `Lifetimes follow a clock that is set`() {
        var lifetimes = Lifetimes()
        lifetimes.insert(1, owner: 5, expiresAt: 1000)
        lifetimes.shift(by: 3_600_000)
        let none = lifetimes.nextOwner(now: 3_600_999)
        #expect(none == nil && !lifetimes.hasExpired(1, now: 3_600_999))
        let owner = lifetimes.nextOwner(now: 3_601_000)
        #expect(owner == 5 && lifetimes.hasExpired(1, now: 3_601_000))
    }
}
