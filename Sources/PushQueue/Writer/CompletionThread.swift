internal import CSQLite
internal import Glibc

/// Runs the completions of commits, in order, while the writer's thread is at the next commit.
///
/// `@unchecked Sendable`: every member is guarded by the mutex. Its owner ends it, else the thread keeps it alive.
final class CompletionThread: @unchecked Sendable {
    typealias Completion = @Sendable () -> Void

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var thread: pthread_t?
    /// Those of one commit, beside the one whose completions run.
    private var waiting: [Completion] = []
    private var isRunning = false
    private var isEnding = false

    init() {
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

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
        withLock { self.thread = thread }
        return 0
    }

    /// Whether all that was handed over has run.
    var isIdle: Bool { withLock { waiting.isEmpty && !isRunning } }

    var isCurrentThread: Bool { withLock { thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false } }

    /// Hands a commit's completions over; waits while those of the last one have not begun.
    func run(_ completions: [Completion]) {
        withLock {
            while !waiting.isEmpty { pthread_cond_wait(condition, mutex) }
            waiting = completions
            pthread_cond_broadcast(condition)
        }
    }

    /// Waits until all that was handed over has run.
    func drain() {
        withLock { while isRunning || !waiting.isEmpty { pthread_cond_wait(condition, mutex) } }
    }

    /// Runs what was handed over, and ends the thread, without waiting for that.
    func end() {
        let thread = withLock {
            isEnding = true
            pthread_cond_broadcast(condition)
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
        withLock {
            isRunning = false
            pthread_cond_broadcast(condition)
            while waiting.isEmpty, !isEnding { pthread_cond_wait(condition, mutex) }
            guard !waiting.isEmpty else { return nil }
            isRunning = true
            defer { waiting = [] }
            pthread_cond_broadcast(condition)
            return waiting
        }
    }

    private func withLock<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
