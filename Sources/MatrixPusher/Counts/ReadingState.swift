internal import PushQueue
internal import Synchronization

/// What users have not read, where events stand in the order of arrival, and whose counts the homeserver keeps.
///
/// Thread-safe; never locked together with the dispatcher's state.
final class ReadingState: Sendable {
    struct State: Sendable {
        var board = UnreadBoard()
        /// Half a million events: about a day of a large homeserver.
        var numbers = StoredEventNumbers(capacity: 1 << 19)
        /// What the homeserver has sent: its numbers are the truth from then on.
        var given: [Int: UnreadBoard.Counts] = [:]
        let countsByRoom: Bool

        init(countsByRoom: Bool) {
            self.countsByRoom = countsByRoom
        }

        /// The counts of a user as they are kept here; nil where the homeserver keeps them.
        func keptCounts(of user: Int) -> UnreadBoard.Counts? {
            given[user] == nil ? board.counts(of: user, byRoom: countsByRoom) : nil
        }

        /// The counts of a user, whoever keeps them.
        func counts(of user: Int) -> UnreadBoard.Counts {
            given[user] ?? board.counts(of: user, byRoom: countsByRoom)
        }

        /// Forgets a user who was deleted.
        mutating func forget(user: Int) {
            board.forget(user: user)
            given[user] = nil
        }

        /// Adds a stored event to the boards of those it notifies.
        /// - Parameter changed: Is called with those whose counts are kept here, and the counts.
        /// - Returns: the ids of what the boards forget for it.
        mutating func add(
            _ history: StoredHistory, number: Int64, _ changed: (Int, UnreadBoard.Counts) -> Void = { _, _ in }
        ) -> [Int64] {
            var forgotten: [Int64] = []
            numbers.add(history.eventHash, number: number)
            var id = number * NotificationID.perEvent
            for reader in history.readers {
                let item = UnreadBoard.Item(
                    id: id, room: history.roomHash, thread: history.threadHash, call: history.callHash)
                let (counts, oldest) = board.add(item, for: reader, byRoom: countsByRoom)
                if !oldest.isEmpty { forgotten += oldest }
                if given.isEmpty || given[reader] == nil { changed(reader, counts) }
                id += 1
            }
            return forgotten
        }
    }

    let state: Mutex<State>

    init(_ state: consuming State) {
        self.state = Mutex(state)
    }
}

extension NotificationQueue {
    /// What a board has forgotten counts as read, so that it does not come back with the next start.
    func markRead(_ historyRows: [Int64]) {
        var effects = ReadingEffects()
        effects.read = historyRows
        let transaction = NewTransaction(
            transactionID: nil, answer: [], queuedAt: UnixClock.now(), effects: effects)
        // Where it can not be written, the next start does it.
        append(transaction) { _ in }
    }
}

/// A stored event as the boards know it.
struct StoredHistory: Sendable {
    var eventHash: Int
    var roomHash: Int
    var threadHash = UnreadBoard.main
    var callHash = 0
    /// The hashes of the users it notifies, in the order of their rows.
    var readers: ArraySlice<Int> = []
}
