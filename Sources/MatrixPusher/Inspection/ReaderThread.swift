internal import Glibc
internal import PushQueue
internal import Synchronization

/// Reads of the queue on a thread of their own, one after the other.
///
/// A list of thousands takes a while. Tasks have no more threads than there are cores: two such lists would leave none to
/// take transactions in. Thread-safe; callers only reach the inbox.
final class ReaderThread: Sendable {
    private typealias Job = @Sendable (any NotificationQueueReader) -> Void

    /// Reads that may wait.
    static let limit = 4096

    private let inbox: Inbox

    /// Starts the thread, which owns the reader from now on and ends with this object.
    init(
        _ reader: consuming sending any NotificationQueueReader, limit: Int = ReaderThread.limit
    ) throws(QueueError) {
        inbox = Inbox(limit: limit)
        let work = Unmanaged.passRetained(Work(reader: reader, inbox: inbox))
        var thread = pthread_t()
        let result = pthread_create(&thread, nil, ReaderThread.main, work.toOpaque())
        guard result == 0 else {
            work.release()
            throw QueueError(.sqlite, path: "", "no thread for reading: \(String(cString: strerror(result)))")
        }
        pthread_detach(thread)
    }

    deinit { inbox.close() }

    /// Reads when what was asked for before is read.
    /// - Throws: `unavailable` where ``limit`` others wait, or the queue can not be read.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any NotificationQueueReader) throws(QueueError) -> Value
    ) async throws(PusherError) -> Value {
        let result: Result<Value, QueueError>? = await withCheckedContinuation { continuation in
            let isTaken = inbox.put { reader in
                do throws(QueueError) {
                    continuation.resume(returning: .success(try body(reader)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            if !isTaken { continuation.resume(returning: nil) }
        }
        guard let result else {
            throw PusherError(
                .unavailable, "too many others wait for what they asked of the queue", retryAfter: .seconds(5))
        }
        return try result.forCaller()
    }

    // MARK: The thread

    /// What the thread works with, handed over to it at its start.
    private final class Work {
        let reader: any NotificationQueueReader
        let inbox: Inbox

        init(reader: any NotificationQueueReader, inbox: Inbox) {
            self.reader = reader
            self.inbox = inbox
        }
    }

    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument else { return nil }
        let work = Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
        while let job = work.inbox.take() { job(work.reader) }
        return nil
    }

    /// `@unchecked Sendable`: the semaphore is for all threads; it counts the jobs, and the end.
    private final class Inbox: @unchecked Sendable {
        private let jobs: Mutex<BoundedQueue<Job>>
        private let semaphore: UnsafeMutablePointer<sem_t>

        init(limit: Int) {
            jobs = Mutex(BoundedQueue(limit: limit))
            semaphore = .allocate(capacity: 1)
            sem_init(semaphore, 0, 0)
        }

        deinit {
            sem_destroy(semaphore)
            semaphore.deallocate()
        }

        /// Leaves a job; false where too many wait.
        func put(_ job: @escaping Job) -> Bool {
            guard jobs.withLock({ $0.append(job) }) else { return false }
            sem_post(semaphore)
            return true
        }

        func close() { sem_post(semaphore) }

        /// Waits for a job; nil at the end.
        func take() -> Job? {
            while sem_wait(semaphore) != 0 {}
            return jobs.withLock { $0.popFirst() }
        }
    }
}
