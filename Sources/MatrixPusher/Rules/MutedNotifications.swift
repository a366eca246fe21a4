internal import Logging
internal import PushJSON
internal import PushQueue
internal import PushRules
internal import Synchronization

/// Takes out of the queue what a user's changed rules no longer notify of, so that it is not sent.
final class MutedNotifications: Sendable {
    private let dispatcher: Dispatcher
    private let reader: Mutex<any NotificationQueueReader>

    init(dispatcher: Dispatcher, reader: sending any NotificationQueueReader) {
        self.dispatcher = dispatcher
        self.reader = Mutex(reader)
    }

    /// Evaluates what is queued for a user again, except where the homeserver had evaluated the rules itself; returns when
    /// the queue has it.
    func cancel(of userID: String, by ruleset: CompiledRuleset) async {
        let queued = dispatcher.state.withLock { state -> [Int32: [Int64]] in
            var slots: [Int32] = []
            state.scheduler.forEachPusher(ofUser: TextHash.of(userID)) { slots.append($0) }
            return Dictionary(uniqueKeysWithValues: slots.map { ($0, state.scheduler.pending(of: $0)) })
        }
        let numbers = Set(queued.values.joined().map { NotificationID.eventNumber(of: $0) })
        guard !numbers.isEmpty else { return }
        var muted: Set<Int64> = []
        for number in numbers {
            if isMuted(number, userID: userID, by: ruleset) { muted.insert(number) }
            // A long queue takes seconds, which others do not wait for.
            await Task.yield()
        }
        guard !muted.isEmpty else { return }
        let now = UnixClock.now()
        var cancelled: [FinishedNotification] = []
        dispatcher.state.withLock { state in
            for (slot, ids) in queued {
                let matching = Set(ids.filter { muted.contains(NotificationID.eventNumber(of: $0)) })
                // What is in flight finishes; its row goes when it has.
                cancelled += state.cancel(matching, of: slot, because: .muted, now: now).map {
                    FinishedNotification(id: $0, hadFailures: true)
                }
            }
        }
        guard !cancelled.isEmpty else { return }
        dispatcher.queue.finish(cancelled)
        // What the queue can not write now it writes later: nothing of it is sent before.
        await withCheckedContinuation { continuation in
            dispatcher.queue.flush { _ in continuation.resume() }
        }
    }

    private func isMuted(_ number: Int64, userID: String, by ruleset: CompiledRuleset) -> Bool {
        do {
            let entries = try reader.withLock { try $0.history(ofEvent: number, userID: userID) }
            guard let entry = entries.first, !entry.flags.contains(.given) else { return false }
            let room = try entry.event.room.map { try JSONDocument(parsing: $0).root }
            let event = try PushEvent(event: JSONDocument(parsing: entry.event.event).root, room: room)
            return !ruleset.evaluate(event, recipient: userID, displayName: entry.displayName).notify
        } catch {
            // Sent as the rules were when it came.
            dispatcher.logger.warning(
                "a queued notification could not be evaluated again", metadata: ["error": "\(error)"])
            return false
        }
    }
}
