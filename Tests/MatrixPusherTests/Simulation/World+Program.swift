import Logging
import PushGateway
import PushQueue
import Synchronization

@testable import MatrixPusher

/// The program's part: what its threads do, on a virtual clock.
extension World {
    /// Starts the program from what is stored, as ``Pusher`` does.
    static func startProgram(
        _ queue: SimulatedQueue, _ configuration: PusherConfiguration, now: Int64
    ) throws -> Dispatcher {
        var memory = try QueueMemory(
            configuration, reader: SimulatedQueueScanner(queue), hasher: DeliveryKeyHasher(key0: 0, key1: 0), now: now,
            userClasses: UserClasses { 0 })
        queue.finish(memory.orphans)
        return Dispatcher(
            scheduler: memory.takeScheduler(), queue: queue, configuration: configuration,
            logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() })
    }

    var pending: Int { dispatcher.state.withLock { $0.scheduler.items.count } }

    /// A notification is stored and queued.
    func ingest(pusher: Int) {
        let number = queue.rows.count
        let now = wall
        queue.insert(pusher: pusher, queuedAt: now)
        dispatcher.state.withLock { state in
            guard let slot = state.scheduler.slot(ofPusher: Int64(pusher) + 1) else { return }
            state.scheduler.enqueue(SimulatedQueue.id(number), for: slot, queuedAt: now, now: now)
        }
    }

    /// The program sees whether its clock was set.
    func noticeClock() { dispatcher.state.withLock { _ = $0.readClock(wall: wall, steady: time) } }

    /// Settles what has ended and starts what may be sent, as a transfer loop does.
    func exchange() {
        let now = wall
        var writes = SettlementWrites()
        var sends: [Scheduler.Send] = []
        let capacity = scenario.configuration.delivery.maxInFlight - inFlight
        nextWake = dispatcher.state.withLock { state in
            _ = state.readClock(wall: now, steady: time)
            for request in finished { settle(request, now: now, state: &state, writes: &writes) }
            state.scheduler.takeSends(capacity: capacity, now: now, into: &sends)
            return state.scheduler.nextDeadline().map { time + max(1, $0 - now) }
        }
        finished.removeAll(keepingCapacity: true)
        writes.post(to: dispatcher, now: now)
        for send in sends { start(send) }
    }

    private func settle(
        _ request: Request, now: Int64, state: inout Dispatcher.State, writes: inout SettlementWrites
    ) {
        let transfer = FinishedTransfer(
            token: 0, outcome: request.outcome, startedAt: request.startedAt, durationMilliseconds: request.duration)
        state.settle(
            request.send, transfer, now: now, random: Double.random(in: 0..<1, using: &random), writes: &writes)
    }
}
