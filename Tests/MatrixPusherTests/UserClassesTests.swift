import Testing

@testable import MatrixPusher

struct UserClassesTests {
    @Test func `Each class has as many users as any other, give or take one`() {
        var classes = UserClasses { 0 }
        var sizes = [Int](repeating: 0, count: UserClasses.count)
        for user in 1...1000 {
            sizes[Int(classes.deal())] += 1
            let least = user / UserClasses.count
            #expect(sizes.allSatisfy { (least...least + 1).contains($0) })
        }
    }

    @Test func `In a round each class has one user, wherever it begins, and that is chance`() {
        var classes = UserClasses()
        let rounds = (0..<100).map { _ in (0..<UserClasses.count).map { _ in classes.deal() } }
        for round in rounds { #expect(Set(round).count == UserClasses.count) }
        #expect(Set(rounds.map { $0[0] }).count > 20)
    }

    @Test func `A user's pushers are in one class, whenever and wherever they are added`() {
        let fixture = SchedulerFixture(maxInFlight: 4, window: 4)
        func addPusher(user: Int, _ gateway: String = SchedulerFixture.gateway) -> UInt8 {
            userClass(fixture.addPusher(gateway, user: user))
        }
        func userClass(_ slot: Int32) -> UInt8 { fixture.scheduler.pushers[Int(slot)].userClass }
        let first = fixture.addPusher(user: 1)
        #expect((2...4).map { addPusher(user: $0) } == [1, 2, 3])
        #expect(addPusher(user: 1, SchedulerFixture.otherGateway) == 0)
        fixture.scheduler.replacePusher(
            first, gateway: SchedulerFixture.otherGateway, isEnabled: true, now: fixture.now)
        #expect(userClass(first) == 0)
        for slot in fixture.scheduler.pushers.indices { _ = fixture.scheduler.removePusher(Int32(slot)) }
        #expect(addPusher(user: 5) == 4)
        #expect((1...4).map { addPusher(user: $0) } == [0, 1, 2, 3])
    }
}
