internal import CCurl
internal import CTransferMemory
internal import Synchronization

/// Sends requests to gateways: one thread, one libcurl multi handle, at most `capacity` requests in flight.
///
/// The loop pulls its work from a ``TransferSource``. Every method may be called from any thread.
package final class TransferLoop: Sendable {
    let configuration: GatewayClientConfiguration
    /// Most requests in flight at a time.
    package let capacity: Int
    let multi: TransferMulti

    /// Whether a wake-up is on its way; further ones join it.
    private let isWoken = Atomic<Bool>(false)
    /// Monotonic milliseconds by which the loop must have ended; `Int64.max` while it runs.
    private let stopDeadline = Atomic<Int64>(Int64.max)
    private let thread = Mutex<LoopThread?>(nil)

    /// Prepares a loop; nothing runs before ``start(source:)``.
    /// - Throws: ``TransferFailure`` when libcurl cannot be set up (memory, file descriptors).
    package init(configuration: GatewayClientConfiguration, capacity: Int) throws(TransferFailure) {
        precondition(capacity > 0, "a transfer loop needs room for a transfer")
        guard Self.globalCode == CURLE_OK else { throw TransferFailure(code: Self.globalCode) }
        self.configuration = configuration
        self.capacity = capacity
        multi = try TransferMulti(capacity: capacity)
    }

    /// Starts the thread; `source` is kept until the thread ends. May be called once.
    /// - Throws: ``TransferFailure`` when the system gives no thread.
    package func start(source: any TransferSource) throws(TransferFailure) {
        var failure: TransferFailure?
        thread.withLock { thread in
            precondition(thread == nil, "a transfer loop starts once")
            do throws(TransferFailure) {
                thread = try LoopThread.start { TransferEngine(loop: self, source: source).run() }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    /// Makes the loop ask its source soon. Cheap when a wake-up is on its way already.
    package func wake() {
        if !isWoken.exchange(true, ordering: .acquiringAndReleasing) { multi.wake() }
    }

    /// Asks for the end: no new requests; those in flight have `drain` to finish, then they end as
    /// ``GatewayOutcome/cancelled``. Returns at once; of several calls the earliest deadline counts.
    package func stop(drain: Duration) {
        let deadline = LoopClock.monotonicMilliseconds + drain.milliseconds()
        _ = stopDeadline.min(deadline, ordering: .acquiringAndReleasing)
        wake()
    }

    /// Blocks until the thread has ended; not to be called on the loop's own thread or in async code. Of several callers
    /// only the first one waits.
    package func join() {
        thread.withLock { $0 }?.join()
    }

    /// Returns when the thread has ended.
    package func ended() async {
        await thread.withLock { $0 }?.ended()
    }

    // MARK: For the loop's thread

    /// Whether there was a wake-up since the last call.
    func takeWake() -> Bool { isWoken.exchange(false, ordering: .acquiringAndReleasing) }

    /// Monotonic milliseconds by which the loop must have ended; nil while it runs.
    var deadline: Int64? {
        let deadline = stopDeadline.load(ordering: .acquiring)
        return deadline == Int64.max ? nil : deadline
    }

    /// libcurl's process-wide set-up, done once.
    private static let globalCode = curl_global_init_mem(
        Int(CURL_GLOBAL_DEFAULT), transfer_memory_malloc, transfer_memory_free, transfer_memory_realloc,
        transfer_memory_strdup, transfer_memory_calloc)
}
