internal import PushQueue

/// What a transaction's receipts, redactions and answers come to: computed from memory, stored in one commit, then applied.
struct ReadingPlan: Sendable {
    /// Rows that go off a user's board, because they were read.
    var read: [Int: Set<Int64>] = [:]
    /// Rows that go off a user's board, because the event was redacted.
    var retracted: [Int: Set<Int64>] = [:]
    /// Numbers of the redacted events.
    var redactedEvents: [Int64] = []
    /// Rows of a user whose call was answered.
    var answered: [Int: Set<Int64>] = [:]
    /// Counts that the homeserver sent with receipts.
    var given: [Int: UnreadBoard.Counts] = [:]
    /// Users who sent receipts.
    var receiptUsers: Set<Int> = []
    /// Notifications to cancel by pusher slot.
    var cancelled: [Int32: Set<Int64>] = [:]
    /// Those of `cancelled` whose event was redacted.
    var redacted: Set<Int64> = []
    /// Notifications in flight: they finish, so that their rows stay until then, unless their event was redacted.
    var inFlight: Set<Int64> = []
    /// Pushers that get a counts-only push.
    var badges: [Int32] = []

    /// Adds what the receipts and answers cover.
    mutating func collect(_ request: ReadingRequest, from state: borrowing ReadingState.State) {
        var places: [Int: [UnreadBoard.Place: UnreadBoard.Reach]] = [:]
        for receipt in request.receipts {
            receiptUsers.insert(receipt.userHash)
            // An event that is not known is taken for the newest.
            let numbers = state.numbers[receipt.eventHash]
            let reach = UnreadBoard.Reach(
                last: numbers?.end ?? state.numbers.newest, others: Set(numbers?.others ?? []))
            let place = UnreadBoard.Place(room: receipt.roomHash, scope: receipt.scope)
            places[receipt.userHash, default: [:]][place, default: reach].formUnion(reach)
            if let counts = receipt.counts {
                given[receipt.userHash] = UnreadBoard.Counts(
                    unread: Int(counts.unread), missedCalls: Int(counts.missedCalls))
            }
        }
        for (user, receipts) in places {
            let covered = state.board.covered(user: user, by: receipts, idsPerNumber: NotificationID.perEvent)
            if !covered.isEmpty { read[user] = Set(covered.lazy.map(\.id)) }
        }
        for answer in request.callAnswers {
            let items = state.board.calls(answer.callHash, of: answer.userHash)
            if !items.isEmpty { answered[answer.userHash, default: []].formUnion(items.lazy.map(\.id)) }
        }
    }

    /// The users whose boards change.
    var boardUsers: Set<Int> { Set(read.keys).union(retracted.keys).union(answered.keys) }

    /// A user's counts once the plan is applied; nil where the homeserver keeps them and sent none.
    func countsAfter(of user: Int, in state: borrowing ReadingState.State) -> UnreadBoard.Counts? {
        if let counts = given[user] { return counts }
        guard state.given[user] == nil else { return nil }
        return state.board.counts(
            of: user, byRoom: state.countsByRoom, without: (read[user] ?? []).union(retracted[user] ?? []),
            answered: answered[user] ?? [])
    }

    /// The users whose receipts change their counts.
    func usersWithNews(in state: borrowing ReadingState.State) -> [Int] {
        var users: [Int] = []
        for user in receiptUsers where read[user] != nil || given[user] != nil {
            if let after = countsAfter(of: user, in: state), after != state.counts(of: user) { users.append(user) }
        }
        return users
    }

    /// What is to be stored.
    func effects(pushers: [Int32: Int64]) -> ReadingEffects {
        var effects = ReadingEffects()
        effects.read = read.values.flatMap { $0 }.sorted()
        effects.redacted = redactedEvents
        effects.answered = answered.values.flatMap { $0 }.sorted()
        effects.cancelled = cancelled.values.flatMap { $0 }.filter { !inFlight.contains($0) }.sorted()
        effects.badges = badges.compactMap { pushers[$0] }
        return effects
    }
}
