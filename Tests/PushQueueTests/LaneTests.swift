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
        lane.isSuspect = true
        queue.setLane(lane)
        queue.setLane(LaneRecord(gateway: "https://well.example.org:443", failingSince: 1, failures: 3, nextProbeAt: 2))
        queue.deleteLane("https://well.example.org:443")
        queue.close()
        queue = try SQLiteQueue.open(folder)
        var lanes: [LaneRecord] = []
        try queue.makeReader().scanLanes { lanes.append($0) }
        #expect(lanes == [lane])
    }

    @Test func `What gateways rejected of late is told from the tombstones`() async throws {
        let queue = try SQLiteQueue.open(folder)
        for (index, reason) in [RemovedPusher.Reason.rejected, .rejected, .logout, .deleted].enumerated() {
            let pusher = try await queue.setPusher(.test(pushkey: "key \(index)")).pusher
            _ = try await queue.removePushers([pusher.id], reason: reason, at: 1000 + Int64(index))
        }
        var rejections: [Int64] = []
        let reader = try queue.makeReader()
        try reader.scanRejections(since: 1000) { _, at in rejections.append(at) }
        #expect(rejections == [1000, 1001])
        rejections = []
        try reader.scanRejections(since: 1001) { gateway, at in
            #expect(gateway == PusherFields.test().gateway)
            rejections.append(at)
        }
        #expect(rejections == [1001])
    }
}
