internal import CCurl
internal import CTransferMemory

/// What runs on a transfer loop's thread, and owns everything that never leaves it.
final class TransferEngine {
    private let loop: TransferLoop
    private let multi: TransferMulti
    private let source: any TransferSource
    private let options: TransferOptions

    // Used several times a request, by one method at a time: no need to check that each time.

    /// Slots with nothing to do, the last used one on top: its connection and memory are the warmest.
    @exclusivity(unchecked) private var idle: [TransferSlot] = []
    @exclusivity(unchecked) private var active: [TransferSlot] = []
    @exclusivity(unchecked) private var finished: [FinishedTransfer] = []
    @exclusivity(unchecked) private var requests: [TransferRequest] = []
    /// Monotonic milliseconds at which the source wants to be asked again.
    @exclusivity(unchecked) private var nextExchange: Int64? = 0

    init(loop: TransferLoop, source: any TransferSource) {
        self.loop = loop
        multi = loop.multi
        self.source = source
        options = TransferOptions(loop.configuration)
    }

    /// Runs until the loop is stopped and its transfers have finished or been cancelled.
    func run() {
        transfer_memory_keep()
        defer { transfer_memory_release() }
        var pause: Int64 = 0
        while true {
            multi.turn(active: active.count, milliseconds: max(0, min(pause, Self.longestSleep)))
            collectFinished()
            // Taken in every turn: a wake-up that nobody took would swallow the ones after it.
            let isWoken = loop.takeWake()
            let now = LoopClock.monotonicMilliseconds
            if let deadline = loop.deadline {
                if active.isEmpty || now >= deadline { break }
                if !finished.isEmpty { exchange(capacity: 0, now: now) }
                pause = deadline - now
            } else {
                let isDue = nextExchange.map { now >= $0 } ?? false
                if isWoken || isDue || !finished.isEmpty {
                    exchange(capacity: loop.capacity - active.count, now: now)
                }
                pause = finished.isEmpty ? nextExchange.map { $0 - now } ?? Self.longestSleep : 0
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
        // Where they stand: a copy of each would count a hold on all of its parts.
        for index in requests.indices { start(&requests[index], at: startedAt) }
        requests.removeAll(keepingCapacity: true)
    }

    private func start(_ request: inout TransferRequest, at startedAt: Int64) {
        // A proxy hides the address from the open-socket callback.
        if options.isProxied != false, let address = request.url.address, options.isProxied(request.url),
            !options.policy.permits(address)
        {
            return finishUnsent(request, .blockedAddress, startedAt)
        }
        guard let slot = idle.popLast() ?? TransferSlot(options: options, watch: multi.watch) else {
            return finishUnsent(request, .failed(TransferFailure(code: CURLE_OUT_OF_MEMORY)), startedAt)
        }
        slot.prepare(request, startedAt: startedAt)
        guard multi.add(slot.easy) else {
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
        while let (easy, code) = multi.takeFinished() {
            let slot = TransferSlot.of(easy)
            let ending = slot.ending(code)
            if ending.deservesAnotherTry, slot.prepareAnotherTry(), multi.add(easy) { continue }
            finished.append(slot.result(ending))
            release(slot)
        }
    }

    private func cancelActive() {
        for slot in active {
            multi.remove(slot.easy)
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
}
