@testable import MatrixPusher

/// The figures of a simulation. Times are milliseconds.
struct Report: Sendable {
    /// What concerns one gateway.
    struct Gateway: Sendable {
        var requests = 0
        var requestsInTrouble = 0
        var mostInFlight = 0
        var accepted = 0
        /// From ingest to acceptance.
        var median: Int64 = 0
        var p99: Int64 = 0
        var slowest: Int64 = 0
        /// Queued when the trouble ended.
        var backlog = 0
        /// From the end of the trouble to the first success.
        var silence: Int64 = 0
        /// From the first success until the backlog was gone.
        var drain: Int64 = 0
        /// The same with the whole window from the first moment.
        var idealDrain: Int64 = 0
    }

    var gateways: [Gateway]
    var mostInFlight = 0
    /// In flight when the process was killed: what may go twice.
    var interrupted = 0

    var notifications = 0
    var accepted = 0
    var buried = 0
    /// Dropped with their pushers, whose keys the gateway rejected.
    var dropped = 0
    var removedPushers = 0
    /// Those of them that went though their gateway was suspected.
    var removedInSuspicion = 0
    var wasSuspected = false
    /// Still queued at the end.
    var left = 0
    /// Taken by a gateway again after it had been taken.
    var duplicates = 0
    /// Said to be accepted though no gateway took them.
    var imagined = 0
    /// Requests out of order, beside another to the same pusher, or after the end.
    var disorders = 0
    var endedTwice = 0

    init(gateways: [Gateway]) {
        self.gateways = gateways
    }

    mutating func started(_ gateway: Int, inFlight: Int, _ inFlightOfGateway: Int) {
        mostInFlight = max(mostInFlight, inFlight)
        gateways[gateway].requests += 1
        gateways[gateway].mostInFlight = max(gateways[gateway].mostInFlight, inFlightOfGateway)
    }

    /// Adds what the ledger says in the end.
    mutating func complete(from ledger: Ledger, _ scenario: Scenario) {
        notifications = ledger.entries.count
        removedPushers = ledger.removedPushers
        removedInSuspicion = ledger.removedInSuspicion
        wasSuspected = ledger.wasSuspected
        disorders = ledger.disorders
        endedTwice = ledger.endedTwice
        var latencies = gateways.map { _ in LatencyHistogram() }
        var firstSuccess = gateways.map { _ in Int64.max }
        var backlogEnd = gateways.map { _ in Int64.min }
        for entry in ledger.entries {
            let gateway = Int(entry.gateway)
            let (ingestedAt, endedAt) = (Int64(entry.ingestedAt), Int64(entry.endedAt))
            duplicates += max(0, Int(entry.taken) - 1)
            switch entry.state {
            case .pending: left += 1
            case .buried: buried += 1
            case .dropped: dropped += 1
            case .accepted:
                accepted += 1
                gateways[gateway].accepted += 1
                if entry.taken == 0 { imagined += 1 }
                latencies[gateway].add(endedAt - ingestedAt)
                gateways[gateway].slowest = max(gateways[gateway].slowest, endedAt - ingestedAt)
                let troubleEnd = scenario.gateways[gateway].troubleTime.upperBound
                guard troubleEnd > 0, endedAt >= troubleEnd else { continue }
                firstSuccess[gateway] = min(firstSuccess[gateway], endedAt)
                guard ingestedAt < troubleEnd else { continue }
                gateways[gateway].backlog += 1
                backlogEnd[gateway] = max(backlogEnd[gateway], endedAt)
            }
        }
        for index in gateways.indices {
            gateways[index].median = latencies[index].quantile(0.5)
            gateways[index].p99 = latencies[index].quantile(0.99)
            guard gateways[index].backlog > 0 else { continue }
            gateways[index].silence = firstSuccess[index] - scenario.gateways[index].troubleTime.upperBound
            gateways[index].drain = backlogEnd[index] - firstSuccess[index]
            let latency = scenario.gateways[index].latency
            gateways[index].idealDrain =
                Int64(gateways[index].backlog) * (latency.lowerBound + latency.upperBound) / 2
                / Int64(scenario.configuration.delivery.maxInFlightPerGateway)
        }
    }
}

extension Report: CustomStringConvertible {
    var description: String {
        let requests = gateways.reduce(0) { $0 + $1.requests }
        return "\(notifications) notifications in \(requests) requests, at most \(mostInFlight) in flight; "
            + "\(accepted) accepted, \(dropped) dropped with \(removedPushers) pushers, \(buried) dead, \(left) left, "
            + "\(duplicates) twice (\(interrupted) interrupted), \(disorders) out of order; "
            + gateways.map { "[\($0)]" }.joined(separator: " ")
    }
}

extension Report.Gateway: CustomStringConvertible {
    var description: String {
        let trouble =
            "\(requestsInTrouble) requests in the trouble, back after \(Self.seconds(silence)), "
            + "backlog of \(backlog) gone \(Self.seconds(drain)) later (ideal \(Self.seconds(idealDrain))), "
        return "at most \(mostInFlight) in flight, \(backlog > 0 ? trouble : "")"
            + "p50 \(Self.seconds(median)), p99 \(Self.seconds(p99)), slowest \(Self.seconds(slowest))"
    }

    private static func seconds(_ milliseconds: Int64) -> String { "\(Double(milliseconds) / 1000) s" }
}
