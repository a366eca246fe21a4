internal import Dispatch
internal import Glibc
internal import Testing

@testable internal import PushQueue

@Suite(.timeLimit(.minutes(5))) struct CompletionThreadTests {
    let folder = TestFolder()
    let outcomes = Mailbox<String>()
    let gate = DispatchSemaphore(value: 0)
    let done = DispatchSemaphore(value: 0)

    /// Waits for the gate, and says so.
    private var slow: CompletionThread.Completion {
        { [outcomes, gate] in
            gate.wait()
            outcomes.put("slow")
        }
    }

    private func completion(_ name: String) -> CompletionThread.Completion { { [outcomes] in outcomes.put(name) } }

    @Test func `Completions run in order, and all have when drained`() {
        let thread = CompletionThread()
        #expect(thread.start() == 0)
        thread.run([slow, completion("a")])
        #expect(!thread.isIdle)
        thread.run([completion("b")])
        #expect(outcomes.all.isEmpty)
        gate.signal()
        thread.run([completion("c"), completion("d")])
        thread.drain()
        #expect(thread.isIdle)
        #expect(outcomes.all == ["slow", "a", "b", "c", "d"])
        thread.end()
    }

    @Test func `One commit's completions wait, the next one's are waited with`() {
        let thread = CompletionThread()
        #expect(thread.start() == 0)
        thread.run([slow])
        thread.run([completion("a")])
        let begun = DispatchSemaphore(value: 0)
        DispatchQueue.global().async { [done] in
            begun.signal()
            thread.run([])
            done.signal()
        }
        begun.wait()
        #expect(done.wait(timeout: .now() + .milliseconds(50)) == .timedOut)
        gate.signal()
        done.wait()
        #expect(outcomes.all.first == "slow")
        thread.end()
    }

    @Test func `What was handed over still runs when the thread is told to end`() {
        let thread = CompletionThread()
        #expect(thread.start() == 0)
        thread.run([slow])
        thread.run([{ [done] in done.signal() }])
        thread.end()
        gate.signal()
        done.wait()
        #expect(outcomes.all == ["slow"])
    }

    /// Holds a queue until somebody lets go of it.
    private final class Holder: @unchecked Sendable {
        var queue: SQLiteQueue?
        init(_ queue: SQLiteQueue) { self.queue = queue }
    }

    private static var threadName: String {
        let file = open("/proc/thread-self/comm", O_RDONLY)
        defer { close(file) }
        var name = [UInt8](repeating: 0, count: 16)
        let count = read(file, &name, name.count)
        return String(decoding: name.prefix(max(0, count - 1)), as: UTF8.self)
    }

    @Test func `The completions of a busy queue come in the order of its writes, and run beside its commits`() throws {
        let queue = try SQLiteQueue.open(folder)
        let numbers = Mailbox<Int64>()
        let threads = Mailbox<String>()
        let count = 3000
        for index in 0...count {
            queue.append(.test(events: [.test("e")])) { [gate, done] result in
                if index == 0 { gate.wait() }
                if case .success(.stored(let first)) = result { numbers.put(first[0]) }
                threads.put(Self.threadName)
                if index == count { done.signal() }
            }
        }
        gate.signal()
        done.wait()
        #expect(numbers.all.count == count + 1)
        #expect(numbers.all == numbers.all.sorted())
        #expect(threads.all.contains("push-completion"))
    }

    @Test func `A write that fails comes after the completions of those before it`() throws {
        let thread = CompletionThread()
        #expect(thread.start() == 0)
        let loop = CommitLoop(
            store: try QueueStore(path: folder.database), observer: QueueObserver(), completionThread: thread)
        let failed = DispatchSemaphore(value: 0)
        var operations: [WriteOperation] = (0..<CommitLoop.rowsPerCommit).map { index in
            .command(
                { store throws(QueueError) in try store.append(.test(events: [.test("e")])) },
                completion: { [outcomes] _ in
                    if index == 0 { #expect(failed.wait(timeout: .now() + .milliseconds(50)) == .timedOut) }
                    outcomes.put("stored")
                })
        }
        operations.append(
            .command(
                { store throws(QueueError) in try store.connection.execute("INSERT INTO numbering VALUES ('none')") },
                completion: { [outcomes] (_: Result<Void, QueueError>) in
                    outcomes.put("failed")
                    failed.signal()
                }))
        loop.commit(operations)
        thread.drain()
        #expect(outcomes.all.count == CommitLoop.rowsPerCommit + 1)
        #expect(outcomes.all.firstIndex(of: "failed") == CommitLoop.rowsPerCommit)
        thread.end()
    }

    @Test func `A queue that closes leaves its snapshot after all completions`() throws {
        let queue = try SQLiteQueue.open(folder)
        let count = 3000
        for index in 0..<count {
            queue.append(.test(events: [.test("e")])) { [outcomes] _ in
                // Long enough for the writer to hand the last ones over, and to come to its end.
                if index == 2000 || index == count - 1 { usleep(100_000) }
                outcomes.put("stored")
            }
        }
        let before = Mailbox<Int>()
        queue.close(leaving: { [outcomes] _ in before.put(outcomes.all.count) })
        #expect(before.all == [count])
    }

    @Test func `A busy queue may be let go of in a completion`() throws {
        let holder = Holder(try SQLiteQueue.open(folder))
        let count = 3000
        for index in 0...count {
            holder.queue?.append(.test(events: [.test("e")])) { [gate, done, outcomes] _ in
                if index == 0 { gate.wait() }
                // Far from the last one, so that the writer has more to commit.
                if index == 2000 {
                    outcomes.put(Self.threadName)
                    holder.queue = nil
                }
                if index == count { done.signal() }
            }
        }
        gate.signal()
        done.wait()
        #expect(outcomes.all == ["push-completion"])
        // It closes once its threads have come to their end.
        var reopened: SQLiteQueue?
        for _ in 0..<500 where reopened == nil {
            reopened = try? SQLiteQueue.open(folder)
            if reopened == nil { usleep(10_000) }
        }
        #expect(try reopened?.makeReader().totals().pending == count + 1)
    }
}
