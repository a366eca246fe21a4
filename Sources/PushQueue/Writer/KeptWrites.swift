/// The writes that wait for their commit, in order; while none succeeds, bounded in what piles up.
///
/// Results of deliveries are at most as many as there are notifications. Failed attempts and states of pushers and
/// gateways have no such bound: of these only the newest are kept.
struct KeptWrites {
    /// Failed attempts kept.
    static let attemptLimit = 65_536

    private(set) var operations: ArraySlice<WriteOperation> = []
    /// Kept after the last ``thinOut()``.
    private var thinned = 0

    mutating func append(_ more: [WriteOperation]) {
        if operations.isEmpty { operations = more[...] } else { operations += more }
    }

    mutating func removeFirst(_ count: Int) {
        operations = operations.dropFirst(count)
        if operations.isEmpty { operations = [] }
    }

    /// Adds those of the writes that wait for a database that cannot be written now. Returns those that fail instead.
    mutating func keep(_ more: some Sequence<WriteOperation>) -> [WriteOperation.Command] {
        var rest: [WriteOperation] = []
        var commands: [WriteOperation.Command] = []
        for operation in more {
            if case .command(let command) = operation, !command.isKept {
                commands.append(command)
            } else {
                rest.append(operation)
            }
        }
        append(rest)
        return commands
    }

    /// Takes out what fails instead of being kept.
    mutating func takeCommands() -> [WriteOperation.Command] {
        let all = operations
        operations = []
        return keep(all)
    }

    /// Leaves out what later writes make void, and the oldest attempts over the limit; only when much has come since
    /// the last time. Returns how many attempts were given up.
    mutating func thinOut() -> Int {
        guard operations.count > max(Self.attemptLimit, 2 * thinned) else { return 0 }
        var pushers: Set<Int64> = []
        var gateways: Set<String> = []
        var attempts = 0
        var rest: [WriteOperation] = []
        for operation in operations.reversed() {
            switch operation {
            case .recordFailure:
                attempts += 1
                guard attempts <= Self.attemptLimit else { continue }
            case .updateHealth(let pusher, _):
                guard pushers.insert(pusher).inserted else { continue }
            case .setLane(let lane):
                guard gateways.insert(lane.gateway).inserted else { continue }
            case .deleteLane(let gateway):
                guard gateways.insert(gateway).inserted else { continue }
            case .finish, .bury, .deleteBadge, .command:
                break
            }
            rest.append(operation)
        }
        rest.reverse()
        operations = rest[...]
        thinned = rest.count
        return max(0, attempts - Self.attemptLimit)
    }
}
