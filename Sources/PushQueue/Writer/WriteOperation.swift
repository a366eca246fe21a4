/// A write on its way to the disk.
enum WriteOperation: Sendable {
    case finish([FinishedNotification])
    case recordFailure(FailedAttempt)
    case updateHealth(pusher: Int64, PusherHealth)
    case bury([DeadLetter])
    case setLane(LaneRecord)
    case deleteLane(String)
    case deleteBadge(pusher: Int64, upTo: Int64)
    /// A write whose caller is told what became of it.
    case command(Command)

    struct Command: Sendable {
        /// Does the writing; what it returns runs once that is durable. May run again after a rollback.
        let apply: @Sendable (QueueStore) throws(QueueError) -> CompletionThread.Completion
        /// Runs instead when nothing was stored.
        let fail: @Sendable (QueueError) -> Void
        /// It waits for a database that cannot be written now, instead of failing.
        var isKept = false
        /// It neither reads nor changes notifications that are queued: those that finished before may be deleted after it.
        var leavesQueued = false
        /// About how many rows it touches.
        var rows = 1
    }

    /// A write with a completion. One that `isKept` only fails when it never can be stored.
    static func command<Value: Sendable>(
        isKept: Bool = false, leavesQueued: Bool = false, rows: Int = 1,
        _ apply: @escaping @Sendable (QueueStore) throws(QueueError) -> Value,
        completion: @escaping @Sendable (Result<Value, QueueError>) -> Void
    ) -> WriteOperation {
        .command(
            Command(
                apply: { store throws(QueueError) in
                    let value = try apply(store)
                    return { completion(.success(value)) }
                },
                fail: { completion(.failure($0)) },
                isKept: isKept,
                leavesQueued: leavesQueued,
                rows: rows
            )
        )
    }

    /// Whether a command and what has finished may change places: neither knows of the other's rows.
    var mayChangePlaces: Bool {
        switch self {
        case .finish: true
        case .command(let command): command.leavesQueued
        default: false
        }
    }

    var isCommand: Bool {
        if case .command = self { true } else { false }
    }

    /// About how many rows it touches: enough of them do not wait for company.
    var weight: Int {
        switch self {
        case .finish(let notifications): notifications.count
        case .bury(let deadLetters): deadLetters.count
        case .command(let command): command.rows
        case .recordFailure, .updateHealth, .setLane, .deleteLane, .deleteBadge: 1
        }
    }
}
