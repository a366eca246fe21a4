internal import CCurl
internal import Synchronization

#if canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// A thread that runs one closure with all signals blocked, so that they reach the main thread and a broken
/// connection raises no SIGPIPE.
final class LoopThread: Sendable {
    private struct State: Sendable {
        var hasEnded = false
        var isJoined = false
        var thread: pthread_t?
        var waiters: [CheckedContinuation<Void, Never>] = []
        /// Given up when the thread takes it, so that what it holds is let go when it returns.
        var body: (@Sendable () -> Void)?
    }

    private let state: Mutex<State>

    private init(_ body: @escaping @Sendable () -> Void) {
        state = Mutex(State(body: body))
    }

    deinit {
        state.withLock { state in
            if let thread = state.thread, !state.isJoined { pthread_detach(thread) }
        }
    }

    /// Starts a thread.
    /// - Throws: ``TransferFailure`` with the system's error number.
    static func start(_ body: @escaping @Sendable () -> Void) throws(TransferFailure) -> LoopThread {
        let result = LoopThread(body)
        let code = result.state.withLock { state in
            // The thread owns its object while it runs; it cannot end before the lock is given back.
            let unmanaged = Unmanaged.passRetained(result)
            var thread = pthread_t(bitPattern: 0)
            let code = pthread_create(&thread, nil, { LoopThread.enter($0) }, unmanaged.toOpaque())
            if code == 0 { state.thread = thread } else { unmanaged.release() }
            return code
        }
        guard code == 0 else { throw TransferFailure(.local, systemError: code) }
        return result
    }

    /// Blocks until the thread has ended; must not be called on it.
    func join() {
        let thread = state.withLock { state -> pthread_t? in
            defer { state.isJoined = true }
            return state.isJoined ? nil : state.thread
        }
        if let thread { pthread_join(thread, nil) }
    }

    /// Returns when the thread has ended.
    func ended() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.waiters.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    private func takeBody() -> (@Sendable () -> Void)? {
        state.withLock { state in
            defer { state.body = nil }
            return state.body
        }
    }

    private static func enter(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let context else { return nil }
        let thread = Unmanaged<LoopThread>.fromOpaque(context).takeRetainedValue()
        var signals = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        ccurl_name_thread("push-transfer")
        thread.takeBody()?()
        let waiters = thread.state.withLock { state in
            state.hasEnded = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
        return nil
    }
}
