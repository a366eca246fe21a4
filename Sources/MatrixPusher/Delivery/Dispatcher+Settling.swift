internal import PushGateway

extension Dispatcher.State {
    /// A request has ended: changes the schedule, and collects what is to be written.
    /// - Parameter random: uniform in 0..<1, for the jitter.
    mutating func settle(
        _ send: Scheduler.Send, _ transfer: FinishedTransfer, now: Int64, random: Double, writes: inout SettlementWrites
    ) {
        let decision = BlameTable.decide(
            transfer.outcome, refusals: scheduler.refusals(send.slot), isReduced: send.isReduced)
        let before = scheduler.lanes[Int(send.lane)].policy.state
        let settlement = scheduler.settle(send, decision, now: now, random: random)
        let after = scheduler.lanes[Int(send.lane)].policy.state
        if before != after, before.nextProbeAt != nil || after.nextProbeAt != nil {
            writes.laneChanged(
                scheduler.lanes[Int(send.lane)], from: before,
                isNews: scheduler.rejections[send.lane]?.isDistrusted(now: now) != true, outcome: transfer.outcome)
        }
        writes.add(
            settlement, pusher: scheduler.pushers[Int(send.slot)].id, transfer: transfer,
            nextProbeAt: after.nextProbeAt, state: &self, now: now)
        if case .removed = settlement { details[send.slot] = nil }
    }
}
