internal import CCurl

/// What runs on a transfer loop's thread, and owns everything that never leaves it.
final class TransferEngine {
    private let loop: TransferLoop
    private let source: any TransferSource
    private let options: TransferOptions
    /// Slots with nothing to do, the last used one on top: its connection and memory are the warmest.
    private var idle: [TransferSlot] = []
    private var active: [TransferSlot] = []
    private var finished: [FinishedTransfer] = []
    private var requests: [TransferRequest] = []
    /// Monotonic milliseconds at which the source wants to be asked again.
    private var nextExchange: Int64? = 0

    init(loop: TransferLoop, source: any TransferSource) {
        self.loop = loop
        self.source = source
        options = TransferOptions(loop.configuration)
    }

    /// Runs until the loop is stopped and its transfers have finished or been cancelled.
    func run() {
        while true {
            var running: Int32 = 0
            curl_multi_perform(loop.multi, &running)
            collectFinished()
            // Taken in every turn: a wake-up that nobody took would swallow the ones after it.
            let isWoken = loop.takeWake()
            let now = LoopClock.monotonicMilliseconds
            if let deadline = loop.deadline {
                if active.isEmpty || now >= deadline { break }
                if !finished.isEmpty { exchange(capacity: 0, now: now) }
                sleep(milliseconds: deadline - now)
            } else {
                let isDue = nextExchange.map { now >= $0 } ?? false
                if isWoken || isDue || !finished.isEmpty {
                    exchange(capacity: loop.capacity - active.count, now: now)
                }
                let pause = nextExchange.map { $0 - now } ?? Self.longestSleep
                sleep(milliseconds: finished.isEmpty ? pause : 0)
            }
        }
        cancelActive()
        if !finished.isEmpty { exchange(capacity: 0, now: LoopClock.monotonicMilliseconds) }
    }

    /// Bounds the wait for a wake-up; each turn costs next to nothing.
    private static let longestSleep: Int64 = 60_000

    /// Hands over what has finished and starts what the source gives.
    private func exchange(capacity: Int, now: Int64) {
        let pause = source.exchange(finished: finished, capacity: capacity, requests: &requests)
        precondition(requests.count <= capacity, "a transfer source gave more requests than there is room for")
        nextExchange = pause.map { now + $0.milliseconds() }
        finished.removeAll(keepingCapacity: true)
        guard !requests.isEmpty else { return }
        let startedAt = LoopClock.unixMilliseconds
        for request in requests { start(request, at: startedAt) }
        requests.removeAll(keepingCapacity: true)
    }

    private func start(_ request: TransferRequest, at startedAt: Int64) {
        // A proxy hides the address from the open-socket callback.
        if options.isProxied != false, let address = request.url.address, options.isProxied(request.url),
            !options.policy.permits(address)
        {
            return finishUnsent(request, .blockedAddress, startedAt)
        }
        guard let slot = idle.popLast() ?? TransferSlot(options: options) else {
            return finishUnsent(request, .failed(TransferFailure(code: CURLE_OUT_OF_MEMORY)), startedAt)
        }
        slot.prepare(request, startedAt: startedAt)
        guard curl_multi_add_handle(loop.multi, slot.easy) == CURLM_OK else {
            idle.append(slot)
            return finishUnsent(request, .failed(TransferFailure(code: CURLE_FAILED_INIT)), startedAt)
        }
        slot.activeIndex = active.count
        active.append(slot)
    }

    private func finishUnsent(_ request: TransferRequest, _ outcome: GatewayOutcome, _ startedAt: Int64) {
        finished.append(
            FinishedTransfer(token: request.token, outcome: outcome, startedAt: startedAt, durationMilliseconds: 0))
    }

    private func collectFinished() {
        var remaining: Int32 = 0
        while let message = curl_multi_info_read(loop.multi, &remaining) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            // The message is gone once the handle is removed.
            let code = ccurl_message_result(message)
            let slot = TransferSlot.of(easy)
            curl_multi_remove_handle(loop.multi, easy)
            let ending = slot.ending(code)
            if ending.deservesAnotherTry, slot.prepareAnotherTry(), curl_multi_add_handle(loop.multi, easy) == CURLM_OK
            {
                continue
            }
            finished.append(slot.result(ending))
            release(slot)
        }
    }

    private func cancelActive() {
        for slot in active {
            curl_multi_remove_handle(loop.multi, slot.easy)
            finished.append(slot.cancelled())
        }
        active.removeAll()
    }

    private func release(_ slot: TransferSlot) {
        slot.clear()
        let last = active.removeLast()
        if last !== slot {
            active[slot.activeIndex] = last
            last.activeIndex = slot.activeIndex
        }
        idle.append(slot)
    }

    /// Waits for sockets, libcurl's timers, a wake-up, or the time given.
    private func sleep(milliseconds: Int64) {
        let limit = Int32(max(0, min(milliseconds, Self.longestSleep)))
        if curl_multi_poll(loop.multi, nil, 0, limit, nil) != CURLM_OK { LoopClock.pauseBriefly() }
    }
}
