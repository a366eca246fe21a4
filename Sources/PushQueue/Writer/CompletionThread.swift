internal import CSQLite
internal import Glibc

/// Runs the completions of commits, in order, while the writer's thread is at the next commit.
///
/// `@unchecked Sendable`: every member is guarded by the lock. Its owner ends it, else the thread keeps it alive.
final class CompletionThread: @unchecked Sendable {
    typealias Completion = @Sendable () -> Void

    private let lock = ThreadCondition()
    private var thread: pthread_t?
    /// Those of one commit, beside the one whose completions run.
    private var waiting: [Completion] = []
    private var isRunning = false
    private var isEnding = false

    /// Starts the thread.
    /// - Returns: the system's error number, 0 where it runs.
    func start() -> Int32 {
        let unmanaged = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                csqlite_name_thread("push-completion")
                Unmanaged<CompletionThread>.fromOpaque(argument).takeRetainedValue().runAll()
                return nil
            }, unmanaged.toOpaque())
        guard result == 0 else {
            unmanaged.release()
            return result
        }
        lock.withLock { self.thread = thread }
        return 0
    }

    /// Whether all that was handed over has run.
    var isIdle: Bool { lock.withLock { waiting.isEmpty && !isRunning } }

    var isCurrentThread: Bool { lock.withLock { thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false } }

    /// Hands a commit's completions over; waits while those of the last one have not begun.
    func run(_ completions: [Completion]) {
        lock.withLock {
            while !waiting.isEmpty { lock.wait() }
            waiting = completions
            lock.broadcast()
        }
    }

    /// Waits until all that was handed over has run.
    func drain() {
        lock.withLock { while isRunning || !waiting.isEmpty { lock.wait() } }
    }

    /// Runs what was handed over, and ends the thread, without waiting for that.
    func end() {
        let thread = lock.withLock {
            isEnding = true
            lock.broadcast()
            return self.thread
        }
        if let thread { pthread_detach(thread) }
    }

    private func runAll() {
        while let completions = next() {
            for completion in completions { completion() }
        }
    }

    /// The next commit's completions; nil at the end.
    private func next() -> [Completion]? {
        lock.withLock {
            isRunning = false
            lock.broadcast()
            while waiting.isEmpty, !isEnding { lock.wait() }
            guard !waiting.isEmpty else { return nil }
            isRunning = true
            defer { waiting = [] }
            lock.broadcast()
            return waiting
        }
    }
}
