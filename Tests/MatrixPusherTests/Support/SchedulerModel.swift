import PushQueue
import Testing

@testable import MatrixPusher

/// Drives a scheduler by random operations beside a simple model of what it must do.
final class SchedulerModel {
    private static let gateways = (0..<4).map { "https://g\($0).example:443" }
    private static let maxInFlight = 12

    let fixture: SchedulerFixture
    private var random: SeededGenerator
    /// What is queued per slot, in order.
    private var queues: [Int32: [Int64]] = [:]
    private var removed: Set<Int32> = []
    private var disabled: Set<Int32> = []
    private var inFlight: [Scheduler.Send] = []
    /// Pushers that are to get a counts-only push.
    private var badges: Set<Int32> = []
    /// Cancelled while in flight: not to be sent again.
    private var cancelled: Set<Int64> = []
    private(set) var sent = 0
    private(set) var ended = 0

    init(seed: UInt64, jitterDelay: Int64) {
        random = SeededGenerator(seed: seed)
        fixture = SchedulerFixture(
            maxInFlight: Self.maxInFlight, window: 8, jitterDelay: jitterDelay, giveUpAfter: 40_000_000,
            maxAge: 50_000_000, maxAgeLow: 45_000_000)
        for _ in 0..<20 { addPusher() }
    }

    func step() {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<31: enqueue()
        case 31, 32: cancel()
        case 33, 34: askForBadge()
        case 35..<60: take(Int.random(in: 0...8, using: &random))
        case 60..<88: settleSome()
        case 88..<94: fixture.now += Int64.random(in: 0...5000, using: &random)
        case 94: _ = fixture.advance()
        case 95: leap()
        case 96: sweep()
        case 97: replace()
        case 98: remove()
        default: if queues.count < 60 { addPusher() } else { revive() }
        }
        check()
    }

    /// Enables everybody, lets every request succeed, and waits until all is done.
    func finish() {
        for slot in disabled { set(slot, isEnabled: true) }
        for send in inFlight { settle(send, .done) }
        inFlight = []
        for _ in 0..<100_000 where pending + badges.count > 0 {
            let before = sent
            take(1000)
            for send in inFlight { settle(send, .done) }
            inFlight = []
            if sent == before, !fixture.advance() { break }
        }
        check()
        #expect(badges.isEmpty)
        #expect(fixture.scheduler.items.lifetimes.count == 0)
        #expect(pending == 0, "stuck: \(queues.filter { !$0.value.isEmpty })")
    }

    private var pending: Int { queues.values.reduce(0) { $0 + $1.count } }
    private var inService: [Int32] { queues.keys.filter { !removed.contains($0) }.sorted() }

    // MARK: Operations

    private func gateway() -> String { Self.gateways.randomElement(using: &random) ?? "" }

    private func addPusher() {
        queues[fixture.addPusher(gateway(), user: Int.random(in: 0..<10, using: &random))] = []
    }

    private func enqueue() {
        guard let slot = inService.randomElement(using: &random) else { return }
        let lifetime = Int.random(in: 0..<4, using: &random) == 0 ? Int64.random(in: 0...60_000, using: &random) : nil
        queues[slot]?.append(
            fixture.enqueue(slot, isHighPriority: Bool.random(using: &random), lifetime: lifetime))
    }

    private func take(_ capacity: Int) {
        let sends = fixture.take(capacity)
        #expect(sends.count <= capacity)
        for send in sends {
            #expect(!inFlight.contains { $0.slot == send.slot }, "two requests in flight for one pusher")
            if send.badge == nil {
                #expect(!cancelled.contains(send.notification), "sent after it was cancelled")
                #expect(queues[send.slot]?.first == send.notification, "out of order")
            } else {
                #expect(badges.contains(send.slot))
            }
            #expect(!removed.contains(send.slot) && !disabled.contains(send.slot))
            let lane = fixture.scheduler.lanes[Int(send.lane)]
            #expect(fixture.scheduler.pushers[Int(send.slot)].lane == send.lane)
            #expect(lane.policy.isHeld ? send.isProbe : lane.inFlight <= lane.policy.window)
            #expect((fixture.scheduler.failures[send.slot]?.nextAttemptAt ?? 0) <= fixture.now, "bypassed a backoff")
            if let nextProbeAt = lane.policy.state.nextProbeAt {
                #expect(nextProbeAt <= fixture.now)
                #expect(sends.count { $0.lane == send.lane } == 1)
            }
        }
        sent += sends.count
        inFlight += sends
        if sends.count < capacity { checkNothingWasLeft() }
    }

    /// What could be sent was taken: nothing that is ready waits for the end of another's request without need.
    private func checkNothingWasLeft() {
        for (index, lane) in fixture.scheduler.lanes.enumerated() where lane.hasReady {
            guard fixture.scheduler.inFlight < Self.maxInFlight else { return }
            var policy = lane.policy
            let allowance = policy.allowance(inFlight: lane.inFlight, now: fixture.now)
            #expect(allowance == 0 || !fixture.scheduler.mayHaveMore(Int32(index)), "\(lane.name) was forgotten")
        }
        #expect(!fixture.scheduler.hasReadyWork)
    }

    private func settleSome() {
        guard let index = inFlight.indices.randomElement(using: &random) else { return }
        settle(inFlight.remove(at: index), decision())
    }

    private func decision() -> DeliveryDecision {
        switch Int.random(in: 0..<40, using: &random) {
        case 0..<20: .done
        case 20..<30:
            .blameGateway(retryAfter: Bool.random(using: &random) ? nil : Int64.random(in: 0...5000, using: &random))
        case 30: .blamePusher(minimumDelay: Int64.random(in: 0...2000, using: &random))
        case 31, 32: .blameEither
        case 33: .refuse
        case 34: .reduce
        case 35: .bury(.refused)
        case 36: .bury(.expired)
        case 37: .postpone(milliseconds: 1000)
        case 38: Int.random(in: 0..<4, using: &random) == 0 ? .removePusher : .done
        default: .release
        }
    }

    private func settle(_ send: Scheduler.Send, _ decision: DeliveryDecision) {
        switch fixture.settle(send, decision) {
        case .none: break
        case .accepted(let id, _, _), .buried(let id, _, _), .cancelled(let id): end(id, of: send.slot)
        case .badgeEnded:
            #expect(send.badge != nil && badges.remove(send.slot) != nil)
        case .badgeRetried(let failure):
            #expect(send.badge != nil && badges.contains(send.slot))
            #expect(failure.failingSince <= fixture.now)
        case .retried(let id, _, _, let next):
            #expect(queues[send.slot]?.first == id)
            #expect(next.map { $0 >= fixture.now } ?? true)
        case .removed(let ids):
            #expect(queues[send.slot] == ids)
            ended += ids.count
            queues[send.slot] = []
            removed.insert(send.slot)
            disabled.remove(send.slot)
            badges.remove(send.slot)
        }
    }

    /// Cancels some of what is queued for a pusher; one in flight stays until it ends.
    private func cancel() {
        guard let slot = inService.randomElement(using: &random), let queue = queues[slot] else { return }
        let ids = Set(queue.filter { _ in Bool.random(using: &random) })
        let head = inFlight.first { $0.slot == slot && $0.badge == nil }?.notification
        let expected = queue.filter { ids.contains($0) && $0 != head }
        #expect(fixture.scheduler.cancel(ids, of: slot, now: fixture.now) == expected)
        if let head, ids.contains(head) { cancelled.insert(head) }
        queues[slot]?.removeAll { expected.contains($0) }
        ended += expected.count
        #expect(fixture.scheduler.pending(of: slot) == queues[slot])
    }

    private func askForBadge() {
        guard let slot = inService.randomElement(using: &random), !disabled.contains(slot) else { return }
        fixture.scheduler.setBadge(slot, at: fixture.now - Int64.random(in: 0...200, using: &random), now: fixture.now)
        badges.insert(slot)
    }

    private func end(_ id: Int64, of slot: Int32) {
        #expect(queues[slot]?.first == id, "ended out of order")
        if queues[slot]?.isEmpty == false { queues[slot]?.removeFirst() }
        ended += 1
    }

    private func sweep() {
        var buried: [(Int32, Int64, DeadLetter.Reason)] = []
        fixture.scheduler.sweep(now: fixture.now, limit: 10) { slot, settlement in
            if case .buried(let id, let reason, _) = settlement { buried.append((slot, id, reason)) }
            if case .badgeEnded = settlement { #expect(badges.remove(slot) != nil) }
        }
        for (slot, id, reason) in buried {
            #expect(!inFlight.contains { $0.notification == id })
            if reason != .expired {
                end(id, of: slot)
            } else if let index = queues[slot]?.firstIndex(of: id) {
                queues[slot]?.remove(at: index)
                ended += 1
            } else {
                Issue.record("expired twice")
            }
        }
        let forgotten = fixture.scheduler.forgetLanes(now: fixture.now, limit: 2)
        #expect(forgotten.allSatisfy { fixture.scheduler.laneByName[$0] == nil })
    }

    /// A long time passes, or the clock is set either way.
    private func leap() {
        switch Int.random(in: 0..<40, using: &random) {
        case 0, 1: fixture.now += 30_000_000
        case 2..<10: fixture.setClock(by: Int64.random(in: -7_200_000...7_200_000, using: &random))
        default: break
        }
    }

    private func replace() {
        guard let slot = inService.randomElement(using: &random) else { return }
        set(slot, isEnabled: Int.random(in: 0..<4, using: &random) > 0)
    }

    private func set(_ slot: Int32, isEnabled: Bool) {
        fixture.scheduler.replacePusher(slot, gateway: gateway(), isEnabled: isEnabled, now: fixture.now)
        if isEnabled { disabled.remove(slot) } else { disabled.insert(slot) }
    }

    private func remove() {
        guard Int.random(in: 0..<3, using: &random) == 0, let slot = inService.randomElement(using: &random) else {
            return
        }
        #expect(fixture.scheduler.removePusher(slot) == queues[slot])
        badges.remove(slot)
        ended += queues[slot]?.count ?? 0
        queues[slot] = []
        removed.insert(slot)
        disabled.remove(slot)
    }

    private func revive() {
        guard let slot = removed.sorted().randomElement(using: &random) else { return }
        let former = fixture.scheduler.pushers[Int(slot)]
        let revived = fixture.scheduler.addPusher(
            id: former.id, userHash: former.userHash, gateway: gateway(), isEnabled: true)
        #expect(revived == slot)
        removed.remove(slot)
    }

    // MARK: Invariants

    private func check() {
        let scheduler = fixture.scheduler
        #expect(scheduler.items.count == pending)
        #expect(scheduler.inFlight == inFlight.count)
        #expect(scheduler.inFlight <= Self.maxInFlight)
        #expect(scheduler.pusherCount == inService.count)
        for (index, lane) in scheduler.lanes.enumerated() {
            let own = scheduler.pushers.filter { Int($0.lane) == index && !$0.flags.contains(.removed) }
            #expect(lane.pushers == own.count)
            #expect(lane.held == own.reduce(0) { $0 + Int($1.queued) })
            #expect(lane.heldWaiting == own.reduce(0) { $0 + ($1.flags.contains(.waiting) ? Int($1.queued) : 0) })
            #expect(lane.inFlight == inFlight.count { Int($0.lane) == index })
            #expect(lane.ready.isEmpty == !own.contains { $0.flags.contains(.ready) })
        }
        for (slot, queue) in queues {
            let pusher = scheduler.pushers[Int(slot)]
            #expect(Int(pusher.queued) == queue.count + (badges.contains(slot) ? 1 : 0))
            #expect((scheduler.badges[slot] != nil) == badges.contains(slot))
            #expect(scheduler.items.first(of: pusher.pending)?.id == queue.first)
            #expect(pusher.flags.contains(.inFlight) == inFlight.contains { $0.slot == slot })
            // Whoever has something to send is on the way, waits for a moment, or is in turn.
            let hasPlace = !pusher.flags.isDisjoint(with: [.inFlight, .waiting, .ready])
            #expect(
                (queue.isEmpty && !badges.contains(slot)) || disabled.contains(slot) || hasPlace,
                "pusher \(slot) is forgotten")
        }
    }
}
