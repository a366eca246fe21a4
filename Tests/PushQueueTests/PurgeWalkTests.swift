internal import Testing

@testable internal import PushQueue

@Suite struct PurgeWalkTests {
    @Test func `A round begins where the last one ended, or at what it left`() {
        var walk = PurgeWalk()
        walk.advance(past: 50)
        #expect(walk.isUnderway && walk.position == 51)
        walk.advance(past: 90)
        walk.endRound()
        #expect(!walk.isUnderway && walk.position == 91)
        for number in [97, 93, 99] as [Int64] { walk.leave(number) }
        walk.advance(past: 99)
        walk.endRound()
        #expect(walk.position == 93)
        walk.advance(past: 99)
        walk.endRound()
        #expect(walk.position == 100)
    }

    @Test(arguments: [true, false])
    func `What changes behind the walk is looked at in the next round, what changes before it in this`(
        isUnderway: Bool
    ) {
        var walk = PurgeWalk()
        walk.advance(past: 50)
        if !isUnderway { walk.endRound() }
        walk.lookAgain(at: 5_000)
        walk.lookAgain(at: 51)
        #expect(walk.position == 51)
        for number in [30, 20, 40] as [Int64] { walk.lookAgain(at: number) }
        #expect(walk.position == (isUnderway ? 51 : 20))
        if isUnderway { walk.endRound() }
        #expect(walk.position == 20)
        walk.advance(past: 99)
        walk.endRound()
        #expect(walk.position == 100)
    }
}
