import Testing

@testable import MatrixPusher

struct UserClassesTests {
    @Test func `Each class has as many users as any other, give or take one`() {
        var classes = UserClasses()
        var sizes = [Int](repeating: 0, count: UserClasses.count)
        var random = SeededGenerator(seed: 1)
        for user in 1...1000 {
            sizes[Int(classes.deal(Int.random(in: .min ... .max, using: &random)))] += 1
            #expect(sizes.allSatisfy { (user / UserClasses.count...user / UserClasses.count + 1).contains($0) })
        }
    }

    @Test func `Who comes next does not tell the class`() {
        let firsts = (0..<100).map { user in
            var classes = UserClasses()
            return classes.deal(user)
        }
        #expect(Set(firsts).count == UserClasses.count)
    }

    @Test func `A user's pushers are in one class`() throws {
        let fixture = SchedulerFixture(maxInFlight: 4, window: 4)
        let slots = [1, 2, 1, 3, 2, 1].map { fixture.addPusher(user: $0, queued: 0) }
        let classes = slots.map { fixture.scheduler.pushers[Int($0)].userClass }
        #expect(classes[0] == classes[2] && classes[0] == classes[5] && classes[1] == classes[4])
        #expect(Set(classes).count == 3)
    }
}
