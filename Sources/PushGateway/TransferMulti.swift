internal import CCurl

/// libcurl's multi handle with the sockets and the timer that drive it.
///
/// libcurl is told which sockets are ready, instead of asking the system about each of its transfers in each turn.
///
/// `@unchecked Sendable`: ``wake()`` may be called from any thread, everything else belongs to the loop's thread; `deinit`
/// comes when that has ended, as it keeps this alive until then.
final class TransferMulti: @unchecked Sendable {
    let watch: SocketWatch
    private let handle: UnsafeMutableRawPointer

    // Used several times a request, by one method at a time: no need to check that each time.

    /// Monotonic milliseconds at which libcurl wants to work though no socket is ready.
    @exclusivity(unchecked) private var alarm: Int64?
    /// Transfers that libcurl still works on.
    @exclusivity(unchecked) private var running: Int32 = 0

    /// - Parameter capacity: Idle connections that are kept for reuse; the oldest is closed beyond that.
    /// - Throws: ``TransferFailure`` when libcurl cannot be set up (memory, file descriptors).
    init(capacity: Int) throws(TransferFailure) {
        watch = try SocketWatch()
        guard let handle = curl_multi_init() else { throw TransferFailure(code: CURLE_OUT_OF_MEMORY) }
        self.handle = handle
        _ = ccurl_multi_set_long(handle, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        _ = ccurl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, capacity)
        _ = ccurl_multi_set_socket_function(
            handle,
            { _, socket, what, context, _ in
                guard let context else { return 0 }
                Unmanaged<SocketWatch>.fromOpaque(context)._withUnsafeGuaranteedRef {
                    $0.watch(socket, for: SocketEvents(wanted: what))
                }
                return 0
            }, Unmanaged.passUnretained(watch).toOpaque())
        _ = ccurl_multi_set_timer_function(
            handle,
            { _, milliseconds, context in
                guard let context else { return 0 }
                Unmanaged<TransferMulti>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.setAlarm(in: milliseconds) }
                return 0
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit {
        // The sockets that are closed now still tell the watch.
        _ = ccurl_multi_set_timer_function(handle, nil, nil)
        curl_multi_cleanup(handle)
    }

    /// Ends the wait under way, or else the next one.
    func wake() {
        watch.wake()
    }

    /// Adds a transfer, which begins in the next turn.
    /// - Returns: Whether libcurl took it.
    func add(_ easy: UnsafeMutableRawPointer) -> Bool {
        curl_multi_add_handle(handle, easy) == CURLM_OK
    }

    func remove(_ easy: UnsafeMutableRawPointer) {
        curl_multi_remove_handle(handle, easy)
    }

    /// Takes a transfer off that has finished; nil where there is none.
    func takeFinished() -> (easy: UnsafeMutableRawPointer, code: CURLcode)? {
        var remaining: Int32 = 0
        while let message = curl_multi_info_read(handle, &remaining) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            // The message is gone once the handle is removed.
            let code = ccurl_message_result(message)
            remove(easy)
            return (easy, code)
        }
        return nil
    }

    /// Begins what was added, then waits for sockets, libcurl's timer, a wake-up, or the time given, and lets libcurl work.
    /// - Parameter active: Transfers that were added and not removed: one that ended at once is not waited for.
    func turn(active: Int, milliseconds: Int64) {
        let now = LoopClock.monotonicMilliseconds
        work(at: now)
        var pause = running < active ? 0 : milliseconds
        if let alarm { pause = min(pause, max(0, alarm - now)) }
        watch.wait(milliseconds: pause) { socket, readiness in
            curl_multi_socket_action(handle, socket, readiness.selected, &running)
        }
        if alarm != nil { work(at: LoopClock.monotonicMilliseconds) }
        // When libcurl (7.88) gives an address up it takes the next one the next time it works on the transfer, but does not
        // ask to: there is neither a socket nor a timer until the time to connect is over.
        if watch.takeGivenUp() { ccurl_multi_work_on_all(handle, &running) }
    }

    /// Lets libcurl do what it wanted to do by now.
    private func work(at now: Int64) {
        guard let alarm, alarm <= now else { return }
        // It sets the next one itself.
        self.alarm = nil
        curl_multi_socket_action(handle, CURL_SOCKET_TIMEOUT, 0, &running)
    }

    /// - Parameter milliseconds: Negative where libcurl waits for nothing.
    private func setAlarm(in milliseconds: Int) {
        alarm = milliseconds < 0 ? nil : milliseconds == 0 ? 0 : LoopClock.monotonicMilliseconds + Int64(milliseconds)
    }
}

extension SocketEvents {
    /// - Parameter what: What libcurl waits for, `CURL_POLL_IN` and so on.
    fileprivate init(wanted what: Int32) {
        switch what {
        case CURL_POLL_IN: self = .reading
        case CURL_POLL_OUT: self = .writing
        case CURL_POLL_INOUT: self = [.reading, .writing]
        default: self = []
        }
    }

    /// The same as libcurl is told it, `CURL_CSELECT_IN` and so on.
    fileprivate var selected: Int32 {
        (contains(.reading) ? CURL_CSELECT_IN : 0) | (contains(.writing) ? CURL_CSELECT_OUT : 0)
            | (isDisjoint(with: .broken) ? 0 : CURL_CSELECT_ERR)
    }
}
