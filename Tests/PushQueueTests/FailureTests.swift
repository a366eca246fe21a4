internal import Testing

@testable internal import PushQueue

/// Commits that fail. The loop is driven by hand, without its thread.
@Suite struct FailureTests {
    let folder = TestFolder()
    let outcomes = Mailbox<String>()
    let failures = Mailbox<[Int]>()

    private var observer: QueueObserver {
        QueueObserver(failed: { [failures] _, kept, dropped in failures.put([kept, dropped]) })
    }

    /// An append that reports "name: stored" or "name: label of the error".
    private func append(_ name: String, content: Int = 20) -> WriteOperation {
        .command(
            { store throws(QueueError) in try store.append(.test(name, events: [.test(name, content: content)])) },
            completion: { [outcomes] result in
                switch result {
                case .success: outcomes.put("\(name): stored")
                case .failure(let error): outcomes.put("\(name): \(error.label)")
                }
            })
    }

    private func finish(_ ids: Int64...) -> WriteOperation {
        .finish(ids.map { FinishedNotification(id: $0, hadFailures: false) })
    }

    /// A write that no database takes.
    private func poison(_ name: String) -> WriteOperation {
        .command(
            { store throws(QueueError) in
                _ = try store.append(.test(events: [.test("half of it")]))
                try store.connection.execute("INSERT INTO numbering VALUES ('no number')")
            },
            completion: { [outcomes] (result: Result<Void, QueueError>) in
                if case .failure(let error) = result { outcomes.put("\(name): \(error.label)") }
            })
    }

    /// The events that are to be sent.
    private func names(in queue: String) throws -> [String] {
        let reader = try QueueReader(connection: Connection(path: queue, mode: .readOnly))
        let events = Dictionary(uniqueKeysWithValues: try reader.allEvents())
        return try reader.allNotifications().map { events[NotificationID.eventNumber(of: $0.id)] ?? "none" }
    }

    @Test func `On a full disk appends fail clean and finishes go through`() throws {
        let store = try QueueStore(path: folder.database, options: QueueStore.Options(maxPages: 200))
        let loop = CommitLoop(store: store, observer: observer)
        loop.commit([append("a"), append("b"), append("c", content: 400_000)])
        #expect(outcomes.all == ["a: stored", "b: stored", "c: stored"])
        loop.commit([finish(4096), append("d", content: 600_000), append("e"), finish(2 * 4096)])
        #expect(outcomes.all.suffix(2) == ["d: full", "e: full"])
        #expect(failures.all == [[2, 0]])
        #expect(loop.keptCount == 0)
        #expect(try names(in: folder.database) == ["$c"])
        // Nothing of the failed ones is known either.
        loop.commit([append("d"), append("e")])
        #expect(outcomes.all.suffix(2) == ["d: stored", "e: stored"])
        #expect(try names(in: folder.database) == ["$c", "$d", "$e"])
    }

    @Test func `On a full disk also what was left for a later commit makes room`() async throws {
        let queue = try SQLiteQueue(
            path: folder.database, observer: observer, options: QueueStore.Options(maxPages: 200))
        let ids = try await queue.store(.test(events: [.test("a", content: 400_000)]))
        queue.finish([FinishedNotification(id: ids[0], hadFailures: false)])
        await #expect(throws: QueueError.self) {
            try await queue.append(.test("b", events: [.test("b", content: 600_000)]))
        }
        // Tried at once: what had finished went through after the one that found no room.
        try await queue.store(.test("c", events: [.test("c")]))
        #expect(try names(in: folder.database) == ["$c"])
        #expect(failures.all == [[1, 0]])
    }

    @Test func `While the database is locked quiet writes are kept in order`() throws {
        let store = try QueueStore(path: folder.database)
        store.connection.setBusyTimeout(milliseconds: 0)
        var now: UInt64 = 0
        let loop = CommitLoop(store: store, observer: observer, clock: { now })
        loop.commit([append("a"), append("b")])
        let other = try Connection(path: folder.database, mode: .readWrite)
        try other.execute("BEGIN IMMEDIATE")
        loop.commit([finish(4096), append("c")])
        now += CommitLoop.pause
        loop.commit([
            .recordFailure(
                FailedAttempt(
                    notification: 4096, attempt: .test(), countsAttempt: true, pusher: 1, health: nil)),
            append("d"),
        ])
        #expect(outcomes.all.suffix(2) == ["c: busy", "d: busy"])
        #expect(loop.keptCount == 2)
        #expect(try names(in: folder.database) == ["$a", "$b"])
        try other.execute("ROLLBACK")
        now += CommitLoop.pause
        loop.commit([append("e")])
        #expect(loop.keptCount == 0)
        #expect(outcomes.all.last == "e: stored")
        #expect(try names(in: folder.database) == ["$b", "$e"])
        // Finished first, so that nothing was logged: the order was kept.
        #expect(try other.integer("SELECT count(*) FROM attempts") == 0)
    }

    @Test func `For a second after a failure nothing is tried`() throws {
        let store = try QueueStore(path: folder.database)
        store.connection.setBusyTimeout(milliseconds: 0)
        var now: UInt64 = 5_000_000_000
        let loop = CommitLoop(store: store, observer: observer, clock: { now })
        let other = try Connection(path: folder.database, mode: .readWrite)
        try other.execute("BEGIN IMMEDIATE")
        loop.commit([append("a")])
        try other.execute("ROLLBACK")
        now += CommitLoop.pause - 1
        loop.commit([append("b"), finish(4096)])
        #expect(outcomes.all == ["a: busy", "b: busy"])
        #expect(failures.all == [[0, 0]])
        #expect(loop.keptCount == 1)
        now += 1
        loop.commit([append("c")])
        #expect(outcomes.all.last == "c: stored")
        #expect(loop.keptCount == 0)
    }

    @Test func `Commands fail at once however much is kept`() throws {
        let store = try QueueStore(path: folder.database)
        store.connection.setBusyTimeout(milliseconds: 0)
        let loop = CommitLoop(store: store, observer: observer, clock: { 0 })
        let other = try Connection(path: folder.database, mode: .readWrite)
        try other.execute("BEGIN IMMEDIATE")
        loop.commit((1...60_000).map { finish($0) })
        let start = ContinuousClock.now
        for _ in 0..<3000 { loop.commit([append("a")]) }
        // A look at all that is kept takes a hundred times as long.
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(outcomes.all.count == 3000)
        #expect(loop.keptCount == 60_000)
    }

    @Test func `Only a real write tells that the database can be written again`() throws {
        let commits = Mailbox<Int>()
        var observer = observer
        observer.committed = { rows, _ in commits.put(rows) }
        let store = try QueueStore(path: folder.database)
        var now: UInt64 = 0
        let loop = CommitLoop(store: store, observer: observer, clock: { now })
        // As on a full disk: an empty transaction succeeds, and no write does.
        try store.connection.execute("PRAGMA query_only = ON")
        loop.commit([append("a")])
        for _ in 0..<3 {
            now += CommitLoop.pause
            loop.commit([.command({ _ throws(QueueError) in }, completion: { (_: Result<Void, QueueError>) in })])
        }
        #expect(commits.all.isEmpty && failures.all.count == 4)
        try store.connection.execute("PRAGMA query_only = OFF")
        now += CommitLoop.pause
        loop.commit([])
        #expect(commits.all == [1])
        loop.commit([])
        #expect(commits.all == [1])
    }

    @Test func `What a gateway rejected is removed when the database can be written`() throws {
        let store = try QueueStore(path: folder.database)
        store.connection.setBusyTimeout(milliseconds: 0)
        var now: UInt64 = 0
        let loop = CommitLoop(store: store, observer: observer, clock: { now })
        let other = try Connection(path: folder.database, mode: .readWrite)
        try other.execute("BEGIN IMMEDIATE")
        loop.commit([
            .command(
                isKept: true, { store throws(QueueError) in try store.connection.execute("DELETE FROM lanes") },
                completion: { [outcomes] result in
                    if case .success = result { outcomes.put("removed") } else { outcomes.put("lost") }
                })
        ])
        #expect(outcomes.all.isEmpty && loop.keptCount == 1)
        try other.execute("ROLLBACK")
        now += CommitLoop.pause
        loop.commit([])
        #expect(outcomes.all == ["removed"])
    }

    @Test func `A log that a reader has kept from being reset shrinks once the reader is gone`() throws {
        let store = try QueueStore(path: folder.database, options: QueueStore.Options(logSizeLimit: 1 << 20))
        let loop = CommitLoop(store: store, observer: observer)
        let reader = try QueueReader(connection: Connection(path: folder.database, mode: .readOnly))
        try reader.connection.execute("BEGIN")
        _ = try reader.totals()
        for round in 0..<40 { loop.commit([append("\(round)", content: 1 << 20)]) }
        #expect(reader.databaseSize().log > 32 << 20)
        try reader.connection.execute("COMMIT")
        for round in 0..<3 { loop.commit([append("after \(round)")]) }
        #expect(reader.databaseSize().log <= 2 << 20)
        #expect(try names(in: folder.database).count == 43)
    }

    @Test func `A write that cannot succeed takes no other down`() throws {
        let loop = CommitLoop(store: try QueueStore(path: folder.database), observer: observer)
        loop.commit([append("a"), poison("x"), append("b"), poison("y"), poison("z"), append("c")])
        #expect(
            outcomes.all == ["a: stored", "x: constraint", "b: stored", "y: constraint", "z: constraint", "c: stored"])
        #expect(try names(in: folder.database) == ["$a", "$b", "$c"])
        #expect(failures.all.isEmpty)
    }

    @Test func `Thousands of writes with poisoned ones among them all get their due`() throws {
        let loop = CommitLoop(store: try QueueStore(path: folder.database), observer: observer)
        let count = 3 * CommitLoop.rowsPerCommit
        loop.commit((0..<count).map { $0 % 1000 == 500 ? poison("\($0)") : append("\($0)") })
        let expected: [String] = (0..<count).map { "\($0): " + ($0 % 1000 == 500 ? "constraint" : "stored") }
        #expect(outcomes.all == expected)
        #expect(try names(in: folder.database).count == count - 3)
    }

    @Test func `A quiet write that cannot succeed is dropped and reported`() throws {
        let store = try QueueStore(path: folder.database)
        let loop = CommitLoop(store: store, observer: observer)
        loop.commit([append("a"), append("b")])
        try store.connection.execute(
            "CREATE TRIGGER t BEFORE DELETE ON notifications WHEN OLD.id = 4096 BEGIN SELECT RAISE(ABORT, 'no'); END")
        loop.commit([finish(4096), finish(2 * 4096), append("c")])
        #expect(failures.all == [[0, 1]])
        #expect(loop.keptCount == 0)
        #expect(outcomes.all.last == "c: stored")
        #expect(try names(in: folder.database) == ["$a", "$c"])
    }

    @Test func `What a queue could not store is counted when it closes`() throws {
        let store = try QueueStore(path: folder.database)
        store.connection.setBusyTimeout(milliseconds: 0)
        let other = try Connection(path: folder.database, mode: .readWrite)
        try other.execute("BEGIN IMMEDIATE")
        let writer = try QueueWriter(store: store, observer: QueueObserver())
        writer.put(finish(4096))
        writer.put(finish(8192))
        writer.close()
        #expect(writer.join() == 2)
    }

    @Test(.timeLimit(.minutes(5))) func `The thread tries again by itself`() async throws {
        let store = try QueueStore(path: folder.database)
        store.connection.setBusyTimeout(milliseconds: 0)
        let other = try Connection(path: folder.database, mode: .readWrite)
        try other.execute("BEGIN IMMEDIATE")
        let (events, signal) = AsyncStream<String>.makeStream()
        let observer = QueueObserver(
            committed: { _, _ in signal.yield("committed") }, failed: { _, kept, _ in signal.yield("kept \(kept)") })
        let writer = try QueueWriter(store: store, observer: observer)
        writer.put(.updateHealth(pusher: 1, PusherHealth()))
        var iterator = events.makeAsyncIterator()
        #expect(await iterator.next() == "kept 1")
        try other.execute("ROLLBACK")
        var event = await iterator.next()
        while event == "kept 1" { event = await iterator.next() }
        #expect(event == "committed")
        writer.close()
        #expect(writer.join() == 0)
    }

    @Test func `Large groups are committed in parts of bounded size`() async throws {
        let sizes = Mailbox<Int>()
        let store = try QueueStore(path: folder.database)
        let loop = CommitLoop(store: store, observer: QueueObserver(committed: { rows, _ in sizes.put(rows) }))
        loop.commit((0..<2000).map { append("\($0)") })
        // Three rows each, and twice the bound of the event numbers.
        #expect(sizes.all.reduce(0) { $0 + $1 } == 6002)
        #expect(sizes.all.allSatisfy { $0 <= CommitLoop.rowsPerCommit + 3 })
        #expect(outcomes.all.count == 2000)
    }
}
