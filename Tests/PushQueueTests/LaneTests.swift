internal import Testing

@testable internal import PushQueue

@Suite struct LaneTests {
    let folder = TestFolder()

    @Test func `A lane is there after reopening, in its latest form, until it is deleted`() throws {
        var lane = LaneRecord(gateway: "https://push.example.org:443", failingSince: 5, failures: 3, nextProbeAt: 9)
        var queue = try SQLiteQueue.open(folder)
        queue.setLane(lane)
        lane.failures = 4
        lane.nextProbeAt = 17
        queue.setLane(lane)
        queue.setLane(LaneRecord(gateway: "https://well.example.org:443", failingSince: 1, failures: 3, nextProbeAt: 2))
        queue.deleteLane("https://well.example.org:443")
        queue.close()
        queue = try SQLiteQueue.open(folder)
        var lanes: [LaneRecord] = []
        try queue.makeReader().scanLanes { lanes.append($0) }
        #expect(lanes == [lane])
    }
}
