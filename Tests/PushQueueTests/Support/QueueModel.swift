internal import Testing

@testable internal import PushQueue

/// A queue made of dictionaries, and random writes that go to it and to a real one.
struct QueueModel {
    var random: SplitMix
    private var pushers: [Int64: PusherRow] = [:]
    private var notifications: [Int64: PendingNotification] = [:]
    private var dead: [Int64: PendingNotification] = [:]
    private var logs: [Int64: [AttemptRecord]] = [:]
    private var bodies: [Int64: [UInt8]] = [:]
    private var tombstones: [Int64: RemovedPusher] = [:]
    private var lastSequence: Int64 = 0
    private var rulesets: [String: [UInt8]] = [:]
    private var counts: [String: UserCounts] = [:]
    private var answers: [String: [UInt8]] = [:]
    private var clock: Int64 = 1_000
    private(set) var kinds: Set<Int> = []
    private(set) var everDead = 0
    private(set) var everRestored = 0

    init(random: SplitMix) {
        self.random = random
    }

    private mutating func number(below limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }

    private mutating func user() -> String { "@u\(number(below: 4)):hs" }

    private mutating func some(of ids: some Collection<Int64>, upTo limit: Int) -> [Int64] {
        Array(ids.sorted().shuffled(using: &random).prefix(number(below: limit + 1)))
    }

    mutating func step(_ queue: SQLiteQueue) async throws {
        clock += 1_000
        let kind = [0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10][number(below: 18)]
        kinds.insert(kind)
        switch kind {
        case 0: try await append(to: queue)
        case 1: finish(in: queue)
        case 2: recordFailure(in: queue)
        case 3: bury(in: queue)
        case 4: try await setPusher(in: queue)
        case 5: try await removePushers(in: queue)
        case 6: try await restorePusher(in: queue)
        case 7: try await revive(in: queue)
        case 8: try await deleteDead(in: queue)
        case 9: try await setRuleset(in: queue)
        default: if number(below: 3) == 0 { try await deleteUser(in: queue) }
        }
    }

    // MARK: Writes

    private mutating func append(to queue: SQLiteQueue) async throws {
        let id = "t\(number(below: 400))"
        var events: [TestEvent] = []
        for _ in 0..<number(below: 4) {
            let targets = some(of: pushers.keys, upTo: 4)
            var event = TestEvent.test("e\(number(below: 1_000_000))", for: targets, content: number(below: 6_000))
            for index in event.notifications.indices { event.notifications[index].flags = Int32(number(below: 9)) }
            events.append(event)
        }
        let newCounts = [UserCounts(userID: user(), unread: number(below: 99), missedCalls: number(below: 3))]
        let answer = Array("answer \(clock)".utf8)
        let receipt = try await queue.append(
            NewTransaction(
                transactionID: id, answer: answer, queuedAt: clock, events: NewEvents(events), counts: newCounts))
        guard case .stored(let numbers) = receipt else {
            #expect(receipt == .alreadySeen(answer: answers[id] ?? []))
            return
        }
        #expect(answers[id] == nil)
        answers[id] = answer
        for count in newCounts { counts[count.userID] = count }
        for (event, first) in zip(events, numbers) {
            for (index, new) in event.notifications.enumerated() {
                let id = NotificationID.make(firstEventNumber: first, index: index)
                #expect(notifications[id] == nil && dead[id] == nil)
                bodies[id] = event.event
                notifications[id] = PendingNotification(
                    id: id, pusher: new.pusher, queuedAt: clock, notBefore: nil, attempts: 0, flags: new.flags)
            }
        }
    }

    private mutating func finish(in queue: SQLiteQueue) {
        let ids = some(of: notifications.keys, upTo: 6)
        queue.finish(ids.map { FinishedNotification(id: $0, hadFailures: logs[$0] != nil) })
        forget(ids)
    }

    private mutating func recordFailure(in queue: SQLiteQueue) {
        guard let id = notifications.keys.sorted().randomElement(using: &random),
            let pusher = notifications[id]?.pusher
        else { return }
        let attempt = AttemptRecord.test(at: clock, status: number(below: 2) == 0 ? nil : 500)
        let health = PusherHealth(failingSince: clock, attempts: number(below: 9), lastError: "x")
        let counted = number(below: 2) == 0
        let refusals = number(below: 5)
        queue.recordFailure(
            FailedAttempt(
                notification: id, attempt: attempt, countsAttempt: counted, refusals: refusals, pusher: pusher,
                health: health))
        notifications[id]?.attempts += counted ? 1 : 0
        notifications[id]?.refusals = refusals
        logs[id, default: []].append(attempt)
        pushers[pusher]?.health = health
    }

    private mutating func bury(in queue: SQLiteQueue) {
        let ids = some(of: notifications.keys, upTo: 3)
        queue.bury(ids.map { DeadLetter(notification: $0, reason: .gaveUp, at: clock) })
        for id in ids {
            if let notification = notifications[id], pushers[notification.pusher] != nil {
                dead[id] = notification
                dead[id]?.refusals = 0
                notifications[id] = nil
                everDead += 1
            } else {
                forget([id])
            }
        }
    }

    private mutating func setPusher(in queue: SQLiteQueue) async throws {
        let fields = PusherFields.test(user: user(), pushkey: "k\(number(below: 5))", host: "h\(number(below: 3))")
        let append = number(below: 2) == 0
        let set = try await queue.setPusher(fields, append: append, at: clock)
        let same = pushers.values.filter { $0.fields.appID == fields.appID && $0.fields.pushkey == fields.pushkey }
        let existing = same.first { $0.fields.userID == fields.userID }
        #expect(set.created == (existing == nil))
        let others: [Int64] = same.map(\.id).filter { $0 != existing?.id }.sorted()
        #expect(set.replaced.sorted() == (append ? [] : others))
        for id in set.replaced { bury(pusher: id, sequence: lastSequence + 1, reason: .replaced) }
        pushers[set.pusher.id] = PusherRow(
            id: existing?.id ?? set.pusher.id, fields: fields, pushkeyTimestamp: clock / 1000,
            createdAt: existing?.createdAt ?? clock,
            health: PusherHealth(lastSuccessAt: existing?.health.lastSuccessAt))
        #expect(set.pusher == pushers[set.pusher.id])
    }

    private mutating func removePushers(in queue: SQLiteQueue) async throws {
        let ids = some(of: pushers.keys, upTo: 2)
        // Some of the queued notifications are left behind, as by a race.
        let theirs = some(of: notifications.values.filter { ids.contains($0.pusher) }.map(\.id), upTo: 50)
        let removed = try await queue.removePushers(ids, notifications: theirs, reason: .user, at: clock)
        for tombstone in removed { bury(pusher: tombstone.pusher.id, sequence: tombstone.sequence, reason: .user) }
        #expect(removed.map(\.pusher.id) == ids)
        forget(theirs)
    }

    private mutating func restorePusher(in queue: SQLiteQueue) async throws {
        // Most tombstones are of a key that is in use again, so half of the time one is taken that is not.
        let sequences = tombstones.keys.sorted()
        let free = sequences.filter { tombstones[$0].map(isRestorable) ?? false }
        guard let sequence = (number(below: 2) == 0 ? free : sequences).randomElement(using: &random),
            let tombstone = tombstones[sequence]
        else { return }
        if isRestorable(tombstone) {
            let row = try await queue.restorePusher(sequence, at: clock)
            tombstones[sequence]?.restoredAt = clock
            var expected = tombstone.pusher
            expected.id = row.id
            expected.health = PusherHealth(lastSuccessAt: tombstone.pusher.health.lastSuccessAt)
            #expect(row == expected)
            #expect(pushers.keys.allSatisfy { $0 < row.id })
            pushers[row.id] = expected
            everRestored += 1
        } else {
            let error = await #expect(throws: QueueError.self) { try await queue.restorePusher(sequence) }
            #expect(error?.code == .conflict)
        }
    }

    private func isRestorable(_ tombstone: RemovedPusher) -> Bool {
        let fields = tombstone.pusher.fields
        let isTaken = pushers.values.contains {
            $0.fields.appID == fields.appID && $0.fields.pushkey == fields.pushkey
                && ($0.fields.userID == fields.userID || $0.pushkeyTimestamp >= tombstone.removedAt / 1000)
        }
        return !isTaken && tombstone.restoredAt == nil && tombstone.reason != .user
    }

    private mutating func revive(in queue: SQLiteQueue) async throws {
        let ids = some(of: dead.keys, upTo: 3)
        for revived in try await queue.revive(ids, at: clock) {
            let letter = dead.removeValue(forKey: revived.id)
            var expected = try #require(letter)
            expected.pusher = revived.pusher
            expected.attempts = 0
            logs[revived.id] = nil
            expected.queuedAt = clock
            #expect(revived == expected)
            #expect(pushers[revived.pusher] != nil)
            notifications[revived.id] = revived
        }
    }

    private mutating func deleteDead(in queue: SQLiteQueue) async throws {
        let ids = some(of: dead.keys, upTo: 2)
        #expect(try await queue.deleteDeadLetters(ids) == ids.count)
        forget(ids)
    }

    private mutating func setRuleset(in queue: SQLiteQueue) async throws {
        let user = user()
        if number(below: 3) == 0 {
            try await queue.deleteRuleset(of: user)
            rulesets[user] = nil
        } else {
            rulesets[user] = Array("\(clock)".utf8)
            try await queue.setRuleset(of: user, to: Array("\(clock)".utf8))
        }
    }

    private mutating func deleteUser(in queue: SQLiteQueue) async throws {
        let user = user()
        let theirs = pushers.values.filter { $0.fields.userID == user }.map(\.id)
        let queued = notifications.values.filter { theirs.contains($0.pusher) }.map(\.id)
        // Which user a dead letter was of is only known from the database.
        try await queue.flush()
        let letters = try queue.makeReader().deadLetters(
            matching: NotificationFilter(userID: user), after: 0, limit: 10_000)
        let removed = try await queue.deleteUser(user, notifications: queued, at: clock)
        #expect(removed.map(\.pusher.id) == theirs.sorted())
        #expect(removed.allSatisfy { $0.reason == .user && $0.removedAt == clock })
        forget(queued + letters.map(\.notification.id))
        for id in theirs { pushers[id] = nil }
        tombstones = tombstones.filter { $0.value.pusher.fields.userID != user || $0.value.reason == .user }
        for tombstone in removed {
            tombstones[tombstone.sequence] = tombstone
            lastSequence = tombstone.sequence
        }
        rulesets[user] = nil
        counts[user] = nil
    }

    private mutating func forget(_ ids: [Int64]) {
        for id in ids {
            notifications[id] = nil
            dead[id] = nil
            logs[id] = nil
            bodies[id] = nil
        }
    }

    private mutating func bury(pusher id: Int64, sequence: Int64, reason: RemovedPusher.Reason) {
        guard let pusher = pushers.removeValue(forKey: id) else { return }
        lastSequence = sequence
        tombstones[sequence] = RemovedPusher(
            sequence: sequence, pusher: pusher, reason: reason, removedAt: clock, restoredAt: nil)
    }

    // MARK: Comparing

    func compare(with reader: some NotificationQueueReader) throws {
        #expect(try reader.allPushers() == pushers.values.sorted { $0.id < $1.id })
        #expect(try reader.allNotifications() == notifications.values.sorted { $0.id < $1.id })
        let letters = try reader.deadLetters(matching: NotificationFilter(), after: 0, limit: .max)
        #expect(letters.map(\.notification) == dead.values.sorted { $0.id < $1.id })
        let events = Set((Array(notifications.keys) + Array(dead.keys)).map(NotificationID.eventNumber(of:)))
        #expect(try reader.allEvents().map(\.number) == events.sorted())
        var read: [Int64: [UInt8]] = [:]
        try reader.payloads(of: notifications.keys.sorted()) { read[$0.notification.id] = $0.event }
        #expect(read == bodies.filter { notifications[$0.key] != nil })
        for id in Array(notifications.keys) + Array(dead.keys) {
            let expected: [AttemptRecord] = Array((logs[id] ?? []).suffix(50))
            #expect(try reader.attempts(of: id) == expected)
        }
        let removed: [RemovedPusher] = tombstones.values.sorted { $0.sequence < $1.sequence }
        #expect(try reader.removedPushers(since: 0, limit: .max) == removed)
        #expect(try reader.allCounts() == counts)
        for user in (0..<4).map({ "@u\($0):hs" }) { #expect(try reader.ruleset(of: user) == rulesets[user]) }
    }
}
