internal import PushJSON
internal import PushQueue
internal import PushRules
internal import Synchronization

/// The rulesets of users who have their own: stored in the queue's database, compiled ones kept within a bound;
/// everyone else shares the defaults. Thread-safe.
final class RulesetStore: Sendable {
    private struct State: Sendable {
        /// Hashes of the users with a ruleset of their own.
        var owners: Set<Int>
        var compiled = CompiledRulesetCache(capacity: 128 << 20)
        /// Counts changes, so that what was read before a change is not kept after it.
        var generation = 0
    }

    let defaultRules: DefaultRules
    private let defaults: CompiledRuleset
    private let queue: any NotificationQueue
    private let state: Mutex<State>
    private let reader: Mutex<any NotificationQueueReader>
    private let turns = UserTurns()
    /// Takes out of the queue what changed rules no longer notify of.
    private let muted: MutedNotifications?
    private let reportUnreadable: @Sendable (PusherError) -> Void

    init(
        owners: Set<Int>, legacyMentions: Bool, queue: any NotificationQueue,
        reader: sending any NotificationQueueReader, muted: MutedNotifications? = nil,
        reportUnreadable: @escaping @Sendable (PusherError) -> Void = { _ in }
    ) {
        defaultRules = DefaultRules(legacyMentions: legacyMentions)
        defaults = CompiledRuleset.defaults(defaultRules)
        self.queue = queue
        state = Mutex(State(owners: owners))
        self.reader = Mutex(reader)
        self.muted = muted
        self.reportUnreadable = reportUnreadable
    }

    // MARK: Reading

    /// The rules that decide for a recipient.
    func compiled(of recipient: IngestItem.Recipient) throws(PusherError) -> CompiledRuleset {
        let (known, generation) = state.withLock { state -> (CompiledRuleset?, Int) in
            guard state.owners.contains(recipient.userHash) else { return (defaults, state.generation) }
            return (state.compiled.ruleset(of: recipient.userHash), state.generation)
        }
        if let known { return known }
        let ruleset = try readable(of: recipient.userID.string ?? "")
        state.withLock { state in
            if state.generation == generation { state.compiled.keep(ruleset, of: recipient.userHash) }
        }
        return ruleset
    }

    /// Whether the rules of all recipients that need them are in memory, so that evaluating takes no time to speak of.
    func areCompiled(of recipients: [IngestItem.Recipient]) -> Bool {
        state.withLock { state in
            guard !state.owners.isEmpty else { return true }
            return recipients.allSatisfy { recipient in
                recipient.given != nil || !state.owners.contains(recipient.userHash)
                    || state.compiled.contains(recipient.userHash)
            }
        }
    }

    /// The rules of a user as they are stored; where those can not be read, the defaults: one damaged row must not keep
    /// everyone else's events out.
    private func readable(of userID: String) throws(PusherError) -> CompiledRuleset {
        do throws(PusherError) {
            return CompiledRuleset.compiling(try Self.ruleset(stored: try content(of: userID)), defaults: defaultRules)
        } catch {
            guard error.code == .unusable else { throw error }
            reportUnreadable(error)
            return defaults
        }
    }

    /// A user's rules as they are stored now.
    func ruleset(of userID: String) throws(PusherError) -> PushRuleset {
        try Self.ruleset(stored: hasOwn(userID) ? content(of: userID) : nil)
    }

    /// Whether there is a ruleset of the user's own.
    func hasOwn(_ userID: String) -> Bool {
        state.withLock { $0.owners.contains(TextHash.of(userID)) }
    }

    private func content(of userID: String) throws(PusherError) -> [UInt8]? {
        try reader.withLock { reader throws(PusherError) in
            do throws(QueueError) {
                return try reader.ruleset(of: userID)
            } catch {
                throw PusherError(error)
            }
        }
    }

    private static func ruleset(stored content: [UInt8]?) throws(PusherError) -> PushRuleset {
        guard let content else { return PushRuleset() }
        do {
            return try PushRuleset(stored: JSONDocument(parsing: content).root)
        } catch {
            throw PusherError(.unusable, "the stored push rules of a user can not be read: \(error)")
        }
    }

    // MARK: Writing

    /// Replaces a user's whole ruleset by the content of `m.push_rules`.
    func set(userID: String, body: [UInt8]) async throws(PusherError) {
        let content = try JSONDocument.body(body)
        let ruleset: PushRuleset
        do throws(PushRulesError) {
            ruleset = try PushRuleset(parsing: content)
        } catch {
            throw PusherError(error)
        }
        try await turns.take(for: userID) { () async throws(PusherError) in
            try await store(ruleset, of: userID)
        }
    }

    /// Changes a user's rules as they are stored when it is this call's turn, so that no concurrent change is lost.
    func edit(
        userID: String, _ change: @Sendable (inout PushRuleset) throws(PushRulesError) -> Void
    ) async throws(PusherError) {
        try await turns.take(for: userID) { () async throws(PusherError) in
            var ruleset = try ruleset(of: userID)
            let former = ruleset.storedContent
            do throws(PushRulesError) {
                try change(&ruleset)
            } catch {
                throw PusherError(error)
            }
            let content = ruleset.storedContent
            guard content != former else { return }
            // Rules that are over the limit already may still become fewer.
            let limit = PushRuleLimits().contentBytes
            guard content.count <= max(limit, former.count) else {
                throw PusherError(.tooLarge, "push rules of more than \(limit) bytes")
            }
            try await store(ruleset, of: userID)
        }
    }

    /// Takes a user back to the defaults.
    func delete(userID: String) async throws(PusherError) {
        try await turns.take(for: userID) { () async throws(PusherError) in
            try await store(PushRuleset(), of: userID)
        }
    }

    /// Runs the deletion of all that is stored of a user when no change of the rules is under way, and forgets them.
    func forget(userID: String, after deletion: () async throws(PusherError) -> Void) async throws(PusherError) {
        try await turns.take(for: userID) { () async throws(PusherError) in
            try await deletion()
            note(nil, of: userID)
        }
    }

    /// Stores a ruleset, or that there is none. To be called in the user's turn.
    private func store(_ ruleset: PushRuleset, of userID: String) async throws(PusherError) {
        let compiled = ruleset.isEmpty ? nil : CompiledRuleset.compiling(ruleset, defaults: defaultRules)
        if compiled == nil, !hasOwn(userID) { return }
        let result: Result<Void, QueueError> = await withCheckedContinuation { continuation in
            // Runs in the order of the commits.
            let completion: @Sendable (Result<Void, QueueError>) -> Void = { [self] result in
                if case .success = result { note(compiled, of: userID) }
                continuation.resume(returning: result)
            }
            if compiled == nil {
                queue.deleteRuleset(of: userID, completion: completion)
            } else {
                queue.setRuleset(of: userID, to: ruleset.storedContent, completion: completion)
            }
        }
        try result.forCaller()
        await muted?.cancel(of: userID, by: compiled ?? defaults)
    }

    private func note(_ compiled: CompiledRuleset?, of userID: String) {
        let userHash = TextHash.of(userID)
        state.withLock { state in
            state.generation += 1
            if let compiled {
                state.owners.insert(userHash)
                state.compiled.keep(compiled, of: userHash)
            } else {
                state.owners.remove(userHash)
                state.compiled.forget(userHash)
            }
        }
    }
}

extension PusherError {
    init(_ error: PushRulesError) {
        self.init(PusherError.Code(rawValue: error.errcode) ?? .badJSON, "\(error)")
    }
}
