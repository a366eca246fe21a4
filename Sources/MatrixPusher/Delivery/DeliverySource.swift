internal import Logging
internal import PushGateway
internal import PushQueue
internal import Synchronization

/// Feeds one transfer loop: settles what has ended, takes what may be sent, and builds the requests.
///
/// `@unchecked Sendable`: all mutable members belong to the loop's thread.
final class DeliverySource: TransferSource, @unchecked Sendable {
    private let dispatcher: Dispatcher
    private let reader: any NotificationQueueReader
    /// Number of the loop, 0 first.
    private let index: Int
    private var random = JitterRandom()

    // Used several times a request, by one method at a time: no need to check that each time.

    /// Requests in flight by token.
    @exclusivity(unchecked) private var inFlight: [Scheduler.Send?] = []
    @exclusivity(unchecked) private var freeTokens: [Int] = []
    @exclusivity(unchecked) private var prepared: [PreparedSend] = []
    @exclusivity(unchecked) private var taken: [Scheduler.Send] = []

    private var rest = LoopRest()
    /// Notifications of this round that could not be read.
    private var unreadable = 0
    private static let unreadableUntilRest = 8

    init(dispatcher: Dispatcher, reader: sending any NotificationQueueReader, index: Int) {
        self.dispatcher = dispatcher
        self.reader = reader
        self.index = index
    }

    /// A notification to send with what is known of it without reading.
    private struct PreparedSend {
        var send: Scheduler.Send
        var pusher: Int64
        var details: PusherDetails?
        var event: LiveEvent?
        /// The notification's in `event`.
        var index: Int
        var counts: NotificationCounts
    }

    func exchange(
        finished: [FinishedTransfer], capacity: Int, requests: inout [TransferRequest]
    ) -> Duration? {
        var now: Int64 = 0
        var writes = SettlementWrites()
        taken.removeAll(keepingCapacity: true)
        prepared.removeAll(keepingCapacity: true)
        var deadline: Int64?
        var leavesWork = false
        for transfer in finished {
            if case .failed(let failure) = transfer.outcome, failure.isShortage, rest.begin() {
                dispatcher.logger.error("requests can not be sent now", metadata: ["error": "\(failure)"])
            }
        }
        let pause = rest.left
        dispatcher.state.withLock { state in
            now = state.readClock()
            for transfer in finished {
                let token = Int(transfer.token)
                guard let send = inFlight[token] else { continue }
                inFlight[token] = nil
                freeTokens.append(token)
                state.settle(
                    send, transfer, now: now, random: Double.random(in: 0..<1, using: &random), writes: &writes)
            }
            state.scheduler.takeSends(capacity: pause == nil ? capacity : 0, now: now, into: &taken)
            for send in taken { prepared.append(prepare(send, state)) }
            deadline = state.scheduler.nextDeadline()
            leavesWork = state.scheduler.hasReadyWork
        }
        writes.post(to: dispatcher, now: now)
        // Loops that rest must not wake each other over and over.
        if leavesWork, pause == nil { dispatcher.wake(after: index) }
        let failures = buildRequests(into: &requests)
        if !failures.isEmpty {
            settleUnsent(failures, now: now)
            return .zero
        }
        if let pause { return pause }
        return deadline.map { .milliseconds(max(0, $0 - now)) }
    }

    // MARK: Settling

    /// Settles what could not even be sent.
    private func settleUnsent(_ failures: [(Scheduler.Send, DeliveryDecision)], now: Int64) {
        var writes = SettlementWrites()
        dispatcher.state.withLock { state in
            for (send, decision) in failures {
                let pusher = state.scheduler.pushers[Int(send.slot)].id
                let settlement = state.scheduler.settle(send, decision, wasSent: false, now: now, random: 0.5)
                writes.add(settlement, pusher: pusher, transfer: nil, nextProbeAt: nil, state: &state, now: now)
            }
        }
        writes.post(to: dispatcher, now: now)
    }

    // MARK: Building

    private func prepare(_ send: Scheduler.Send, _ state: borrowing Dispatcher.State) -> PreparedSend {
        let slot = state.scheduler.pushers[Int(send.slot)]
        let isCounting = slot.flags.contains(.hasCounts) && !slot.flags.contains(.hidesCounts)
        let found = send.badge == nil ? state.window.find(send.notification) : nil
        return PreparedSend(
            send: send, pusher: slot.id, details: state.details[send.slot], event: found?.event,
            index: found?.index ?? 0,
            counts: isCounting
                ? NotificationCounts(unread: Int64(slot.unread), missedCalls: Int64(slot.missedCalls))
                : NotificationCounts())
    }

    /// Turns what was taken into requests; returns what can not be sent, and why.
    private func buildRequests(into requests: inout [TransferRequest]) -> [(Scheduler.Send, DeliveryDecision)] {
        var failures: [(Scheduler.Send, DeliveryDecision)] = []
        unreadable = 0
        let stored = readStored()
        for index in prepared.indices {
            if let decision = load(index, stored, into: &requests) {
                failures.append((prepared[index].send, decision))
            }
        }
        return failures
    }

    /// What is done when the queue can not be read: one bad page holds up nobody else, a bad disk makes the loop rest.
    private func unread(_ error: QueueError) -> DeliveryDecision {
        unreadable += 1
        if unreadable == Self.unreadableUntilRest { _ = rest.begin() }
        if rest.mayLog() {
            dispatcher.logger.error("the queue can not be read", metadata: ["error": "\(error)"])
        }
        return .postpone(milliseconds: 1000)
    }

    /// Reads what is to be sent and not in memory in one go. Where that fails each is read alone: one bad page holds up
    /// nobody else.
    private func readStored() -> StoredNotifications? {
        var ids: [Int64] = []
        for index in prepared.indices where prepared[index].event == nil && prepared[index].send.badge == nil {
            ids.append(prepared[index].send.notification)
        }
        return ids.isEmpty ? nil : try? StoredNotifications(ids, from: reader)
    }

    private func read(
        _ id: Int64, _ stored: StoredNotifications?
    ) throws(QueueError) -> StoredNotifications.Notification? {
        if let stored { return stored[id] }
        return try StoredNotifications([id], from: reader)[id]
    }

    /// Adds the request of ``prepared``'s element at `index`: a copy of that would count a hold on all of its parts.
    /// - Returns: what becomes of one that can not be sent; nil where it was added.
    private func load(
        _ index: Int, _ stored: StoredNotifications?, into requests: inout [TransferRequest]
    ) -> DeliveryDecision? {
        let send = prepared[index].send
        let details: PusherDetails
        var tweaks: [UInt8]?
        let rawFlags: Int32
        let fragment: EventFragment
        if send.isExpired { return .bury(.expired) }
        do throws(QueueError) {
            if let known = prepared[index].details {
                details = known
            } else if let row = try reader.pusher(prepared[index].pusher), let loaded = PusherDetails(row) {
                details = loaded
                keep(loaded, of: send.slot)
            } else {
                // The row is gone or unusable; the queue drops what has no pusher at the next start.
                return .postpone(milliseconds: 60_000)
            }
            if send.badge != nil {
                let counts = NotificationCounts(
                    unread: prepared[index].counts.unread ?? 0, missedCalls: prepared[index].counts.missedCalls ?? 0)
                let body = NotificationBody.countsOnly(counts: counts, device: details.device)
                return add(details, body, of: send, to: &requests)
            }
            if let event = prepared[index].event {
                fragment = event.fragment
                let notification = event[prepared[index].index]
                (rawFlags, tweaks) = (notification.flags, notification.tweaks)
            } else if let found = try read(send.notification, stored) {
                guard let rendered = found.fragment else { return .bury(.refused) }
                fragment = rendered
                (rawFlags, tweaks) = (found.flags, found.tweaks)
            } else {
                return .done
            }
        } catch {
            return unread(error)
        }
        let flags = NotificationFlags(rawValue: rawFlags)
        return add(
            details, body(details, fragment, flags: flags, tweaks: tweaks ?? [], send, prepared[index].counts),
            of: send, to: &requests)
    }

    private func add(
        _ details: PusherDetails, _ body: consuming NotificationBody, of send: Scheduler.Send,
        to requests: inout [TransferRequest]
    ) -> DeliveryDecision? {
        if details.url.scheme == "http", !dispatcher.configuration.network.allowHTTP { return .bury(.blockedAddress) }
        let token = freeTokens.popLast() ?? inFlight.count
        if token == inFlight.count { inFlight.append(send) } else { inFlight[token] = send }
        requests.append(
            TransferRequest(token: UInt64(token), url: details.url, body: body, pushkey: details.pushkey))
        return nil
    }

    private func body(
        _ details: PusherDetails, _ fragment: EventFragment, flags: NotificationFlags, tweaks: [UInt8],
        _ send: Scheduler.Send, _ counts: NotificationCounts
    ) -> NotificationBody {
        let push = dispatcher.configuration.push
        let options = NotificationBody.Options(
            includesContent: push.includeContent, includesLegacyFields: push.legacyFields)
        let priority: NotificationPriority = flags.contains(.highPriority) ? .high : .low
        if details.isEventIDOnly || push.eventIDOnly || send.isReduced {
            return NotificationBody.eventIDOnly(
                event: fragment, device: details.device, priority: priority, counts: counts, options: options)
        }
        return NotificationBody.full(
            event: fragment, device: details.device, priority: priority, counts: counts, tweaks: tweaks,
            userIsTarget: flags.contains(.memberEvent) ? flags.contains(.userIsTarget) : nil, options: options)
    }

    /// Keeps a pusher's details for the next notification.
    private func keep(_ details: PusherDetails, of slot: Int32) {
        dispatcher.state.withLock { state in
            // What was read before the pusher was set anew must not outlive that.
            guard state.scheduler.slot(ofPusher: details.id) == slot,
                !state.scheduler.pushers[Int(slot)].flags.contains(.replaced)
            else { return }
            state.details[slot] = details
        }
    }
}
