import PushGateway
import PushQueue

@testable import MatrixPusher

/// Runs a ``Scenario``: the dispatcher, scheduler and start-up of the program over simulated gateways, a simulated queue and a
/// virtual clock that jumps from event to event.
final class World {
    /// Unix milliseconds at the start.
    private static let epoch: Int64 = 1_800_000_000_000
    /// How long the process is away when it is restarted, milliseconds.
    private static let downtime: Int64 = 2000
    /// How often what ran out of time is looked for, milliseconds; the program does it every second.
    private static let sweepInterval: Int64 = 900_000
    /// When the simulation gives up, milliseconds after the last arrival.
    private static let patience: Int64 = 4 * 3_600_000

    struct Request {
        var send: Scheduler.Send
        var number: Int
        var gateway: Int
        var outcome: GatewayOutcome
        /// Unix milliseconds.
        var startedAt: Int64
        var duration: Int64
    }

    let scenario: Scenario
    let ledger: Ledger
    let queue: SimulatedQueue
    var dispatcher: Dispatcher
    /// For the jitter.
    var random = SeededGenerator(seed: 4)

    /// Milliseconds since the start, and Unix milliseconds at that moment as the program's clock has it.
    private(set) var time: Int64 = 0
    private var clockOffset = World.epoch
    var wall: Int64 { time + clockOffset }

    /// By token.
    private var requests: ContiguousArray<Request?> = []
    private var freeTokens: ContiguousArray<Int32> = []
    /// When requests end, by token.
    private var ends = DeadlineHeap()
    var inFlight = 0
    private var inFlightByGateway: [Int]
    var finished: ContiguousArray<Request> = []

    private var nextArrival: [Int64?]
    /// Who gets what comes in, the same in every run of a scenario.
    private var arrivals: [SeededGenerator]
    private var lastArrival: Int64 = 0
    private var nextIncident = 0
    private var nextSweep = World.sweepInterval
    /// When the program wants to look again; nil: not before something happens.
    var nextWake: Int64? = 0
    /// The first pusher of each gateway.
    private var firstPusher: [Int] = []
    private var report: Report

    init(_ scenario: Scenario) throws {
        self.scenario = scenario
        var pushers = 0
        for gateway in scenario.gateways {
            firstPusher.append(pushers)
            pushers += gateway.pushers
        }
        ledger = Ledger(pushers: pushers)
        queue = SimulatedQueue(gateways: scenario.gateways, ledger: ledger)
        inFlightByGateway = scenario.gateways.map { _ in 0 }
        nextArrival = scenario.traffic.map { _ in 0 }
        arrivals = scenario.traffic.indices.map { SeededGenerator(seed: UInt64($0)) }
        report = Report(gateways: scenario.gateways.map { _ in Report.Gateway() })
        dispatcher = try Self.startProgram(queue, scenario.configuration, now: World.epoch)
    }

    /// Runs until all has ended, or for as long as there is patience.
    func run() throws -> Report {
        while let next = nextEvent(), next <= lastArrival + Self.patience {
            time = next
            try meetIncident()
            ledger.time = time
            takeEnds()
            let hasArrivals = arrive()
            if time >= nextSweep {
                dispatcher.sweep(now: wall)
                nextSweep = time + Self.sweepInterval
            }
            if hasArrivals || !finished.isEmpty || nextWake.map({ $0 <= time }) ?? false { exchange() }
        }
        report.complete(from: ledger, scenario)
        return report
    }

    private func nextEvent() -> Int64? {
        var next = Int64.max
        for case let arrival? in nextArrival { next = min(next, arrival) }
        if next == .max, inFlight == 0, pending == 0 { return nil }
        if let nextWake { next = min(next, nextWake) }
        if let end = ends.first { next = min(next, end.at) }
        if nextIncident < scenario.incidents.count { next = min(next, scenario.incidents[nextIncident].time) }
        return max(time, min(next, nextSweep))
    }

    // MARK: What happens to the program

    private func arrive() -> Bool {
        var hasArrivals = false
        for gateway in nextArrival.indices {
            while let at = nextArrival[gateway], at <= time {
                let traffic = scenario.traffic[gateway]
                for _ in 0..<traffic.size(at: at) {
                    let first = firstPusher[gateway]
                    let range = first..<first + scenario.gateways[gateway].pushers
                    let pusher = Int.random(in: range, using: &arrivals[gateway])
                    if queue.removed[pusher] { continue }
                    ledger.ingested(pusher: pusher, gateway: gateway)
                    ingest(pusher: pusher)
                }
                hasArrivals = true
                lastArrival = max(lastArrival, at)
                nextArrival[gateway] = traffic.next(after: at)
            }
        }
        return hasArrivals
    }

    private func takeEnds() {
        while let end = ends.first, end.at <= time {
            ends.popFirst()
            let token = Int(end.value)
            guard let request = requests[token] else { continue }
            requests[token] = nil
            freeTokens.append(end.value)
            inFlight -= 1
            inFlightByGateway[request.gateway] -= 1
            ledger.answered(request.number)
            finished.append(request)
        }
    }

    /// A request leaves.
    func start(_ send: Scheduler.Send) {
        let number = SimulatedQueue.number(send.notification)
        let gateway = Int(ledger.entries[number].gateway)
        let attempt = ledger.sent(number)
        let answer = scenario.gateways[gateway].answer(
            to: number, attempt: attempt, at: time, scenario.configuration)
        if answer.outcome == .accepted { ledger.taken(number) }
        let request = Request(
            send: send, number: number, gateway: gateway, outcome: answer.outcome, startedAt: wall,
            duration: answer.duration)
        let token = freeTokens.popLast() ?? Int32(requests.count)
        if Int(token) == requests.count { requests.append(request) } else { requests[Int(token)] = request }
        ends.insert(token, at: time + answer.duration)
        inFlight += 1
        inFlightByGateway[gateway] += 1
        report.started(gateway, inFlight: inFlight, inFlightByGateway[gateway])
        if scenario.gateways[gateway].troubleTime.contains(time) { report.gateways[gateway].requestsInTrouble += 1 }
    }

    private func meetIncident() throws {
        guard nextIncident < scenario.incidents.count, scenario.incidents[nextIncident].time <= time else { return }
        switch scenario.incidents[nextIncident] {
        case .clockJump(_, let milliseconds):
            clockOffset += milliseconds
            // The sweep of every second notices it, if nothing else does before.
            noticeClock()
        case .restart:
            report.interrupted += inFlight
            for case let request? in requests { ledger.answered(request.number) }
            requests = []
            freeTokens = []
            ends = DeadlineHeap()
            inFlight = 0
            for gateway in inFlightByGateway.indices { inFlightByGateway[gateway] = 0 }
            time += Self.downtime
            dispatcher = try Self.startProgram(queue, scenario.configuration, now: wall)
            nextWake = time
        }
        nextIncident += 1
    }
}
