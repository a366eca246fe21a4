internal import CCurl

#if canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// One persistent libcurl easy handle with the buffers of the request it carries; used on the loop's thread alone.
final class TransferSlot {
    let easy: UnsafeMutableRawPointer
    /// Position among the active slots.
    @exclusivity(unchecked) var activeIndex = 0

    private let options: TransferOptions
    private let watch: SocketWatch
    /// libcurl has this URL's handle set: it must live until another one is.
    private var url: GatewayURL?
    private var isProxied = false

    // A property of a class is checked for other accesses on each use, seven times a line of a response's head. Nothing here
    // is used by two at a time: libcurl's callbacks touch nothing that its callers are at.

    /// The request's bytes, at an address that stays while libcurl reads them.
    @exclusivity(unchecked)
    private var body = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: usualCapacity)
    @exclusivity(unchecked) private var response: [UInt8] = []
    @exclusivity(unchecked) private var current = Current()

    /// What is known of the request under way.
    private struct Current {
        var token: UInt64 = 0
        var pushkey = ""
        var startedAt: Int64 = 0
        /// Whether the response is longer than what is read, or coded in a way that is not read.
        var isUnreadable = false
        var head = ResponseHead()
        var isSecondTry = false
        var refusedAddresses = 0
        var openedSockets = 0
        /// Why the system gave no socket; 0 where it did.
        var socketError: Int32 = 0
    }

    /// Room in bytes for most request bodies.
    private static let usualCapacity = 2048
    /// Buffers above this size in bytes are not kept for the next request.
    private static let keptCapacity = 65536

    /// Makes a handle; nil when libcurl has no memory for it.
    /// - Parameter watch: Is told which sockets are opened and closed, and has to outlive the connections.
    init?(options: TransferOptions, watch: SocketWatch) {
        guard let easy = curl_easy_init() else { return nil }
        self.easy = easy
        self.options = options
        self.watch = watch
        let context = Unmanaged.passUnretained(self).toOpaque()
        guard options.apply(to: easy),
            ccurl_set_pointer(easy, CURLOPT_PRIVATE, context) == CURLE_OK,
            ccurl_set_write_function(easy, { TransferSlot.write($0, $1 * $2, $3) }, context) == CURLE_OK,
            ccurl_set_header_function(easy, { TransferSlot.readHeader($0, $1 * $2, $3) }, context) == CURLE_OK,
            ccurl_set_open_socket_function(easy, { TransferSlot.openSocket($0, $2) }, context) == CURLE_OK,
            // A connection outlives the handle that has opened it.
            ccurl_set_close_socket_function(
                easy, { TransferSlot.closeSocket($0, $1) }, Unmanaged.passUnretained(watch).toOpaque()) == CURLE_OK
        else { return nil }
    }

    deinit {
        curl_easy_cleanup(easy)
        body.deallocate()
    }

    /// The slot that owns a libcurl handle.
    static func of(_ easy: UnsafeMutableRawPointer) -> TransferSlot {
        guard let context = ccurl_get_private(easy) else { fatalError("a libcurl handle without its slot") }
        return Unmanaged<TransferSlot>.fromOpaque(context).takeUnretainedValue()
    }

    /// Sets what differs from request to request.
    func prepare(_ request: borrowing TransferRequest, startedAt: Int64) {
        current.token = request.token
        current.pushkey = request.pushkey
        current.startedAt = startedAt
        if url !== request.url {
            url = request.url
            _ = ccurl_set_url(easy, request.url.handle)
            isProxied = options.applyProxy(to: easy, for: request.url)
            // With TLS the first connection tells whether the gateway speaks HTTP/2, and the other requests then share
            // it. Without, waiting would only hold them up until the first answer.
            _ = ccurl_set_long(easy, CURLOPT_PIPEWAIT, request.url.scheme == "https" ? 1 : 0)
        }
        let capacity = request.body.maximumCount
        if body.count < capacity {
            body.deallocate()
            body = .allocate(capacity: capacity)
        }
        var writer = PieceWriter(body)
        request.body.write(to: &writer)
        _ = ccurl_set_pointer(easy, CURLOPT_POSTFIELDS, body.baseAddress)
        _ = ccurl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(writer.count))
    }

    /// Makes the slot ready for another request.
    func clear() {
        current = Current()
        if response.capacity > Self.keptCapacity { response = [] } else { response.removeAll(keepingCapacity: true) }
        if body.count > Self.keptCapacity {
            body.deallocate()
            body = .allocate(capacity: Self.usualCapacity)
        }
    }
}

// MARK: Results

extension TransferSlot {
    /// How the transfer ended, after libcurl has finished it with `code`.
    func ending(_ code: CURLcode) -> TransferEnding {
        let status = number(CURLINFO_RESPONSE_CODE)
        return TransferEnding(
            failure: failure(code, status: status), status: status, isUnreadable: current.isUnreadable,
            isBlocked: current.refusedAddresses > 0 && current.openedSockets == 0 && current.socketError == 0,
            isReused: number(CURLINFO_NUM_CONNECTS) == 0,
            durationMilliseconds: microseconds(CURLINFO_TOTAL_TIME_T) / 1000)
    }

    /// What became of the transfer.
    func result(_ ending: TransferEnding) -> FinishedTransfer {
        let retryAfter = ending.status >= 300 ? retryAfter() : nil
        let answer = GatewayResponse(ending: ending, retryAfter: retryAfter, body: response, pushkey: current.pushkey)
        var finished = FinishedTransfer(
            token: current.token, outcome: answer.outcome, startedAt: current.startedAt,
            durationMilliseconds: ending.durationMilliseconds, foreignRejectedKeys: answer.foreignRejectedKeys)
        if !ending.isReused {
            let connected = max(microseconds(CURLINFO_CONNECT_TIME_T), microseconds(CURLINFO_APPCONNECT_TIME_T))
            if connected > 0 { finished.connectMilliseconds = connected / 1000 }
        }
        if ending.status > 0 {
            let wait = microseconds(CURLINFO_STARTTRANSFER_TIME_T) - microseconds(CURLINFO_PRETRANSFER_TIME_T)
            finished.waitMilliseconds = max(0, wait) / 1000
        }
        return finished
    }

    /// Makes the slot ready to send the same request once more.
    /// - Returns: false where it was sent again already.
    func prepareAnotherTry() -> Bool {
        guard !current.isSecondTry else { return false }
        current.isSecondTry = true
        return true
    }

    /// What is reported for a transfer that was taken off the loop.
    func cancelled() -> FinishedTransfer {
        FinishedTransfer(
            token: current.token, outcome: .cancelled, startedAt: current.startedAt,
            durationMilliseconds: max(0, LoopClock.unixMilliseconds - current.startedAt))
    }

    private func failure(_ code: CURLcode, status: Int) -> TransferFailure? {
        if code == CURLE_OK, status >= 200 {
            return current.head.isWhole ? nil : TransferFailure(code: CURLE_PARTIAL_FILE)
        }
        // A line of the head that is too long for libcurl counts as lack of memory there.
        let isHeadTooLong =
            current.head.isTooLong || code == CURLE_OUT_OF_MEMORY && microseconds(CURLINFO_PRETRANSFER_TIME_T) > 0
        if code == CURLE_OK || isHeadTooLong || current.isUnreadable {
            return TransferFailure(code: CURLE_WEIRD_SERVER_REPLY)
        }
        if let shortage = shortage(code) {
            return TransferFailure(.local, code: Int32(bitPattern: code.rawValue), systemError: shortage)
        }
        let systemError = code == CURLE_COULDNT_CONNECT ? number(CURLINFO_OS_ERRNO) : 0
        return TransferFailure(code: code, systemError: Int32(truncatingIfNeeded: systemError))
    }

    /// What this system lacked, so that no gateway is to blame. Neither the resolver nor who reads the file of certificates
    /// tells, but what was lacking is missing still, once the connection that was given up is counted.
    private func shortage(_ code: CURLcode) -> Int32? {
        switch code {
        case CURLE_COULDNT_CONNECT: current.socketError != 0 && current.openedSockets == 0 ? current.socketError : nil
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: DescriptorShortage.current(needed: 1)
        case CURLE_SSL_CACERT_BADFILE, CURLE_OUT_OF_MEMORY: DescriptorShortage.current(needed: 2)
        default: nil
        }
    }

    private func retryAfter() -> Duration? {
        var header: UnsafeMutablePointer<curl_header>?
        guard curl_easy_header(easy, "Retry-After", 0, UInt32(CURLH_HEADER), -1, &header) == CURLHE_OK,
            let value = header?.pointee.value
        else { return nil }
        let bytes = UnsafeRawBufferPointer(start: value, count: strnlen(value, 256))
        return RetryAfter.parse(bytes, now: LoopClock.unixMilliseconds / 1000)
    }

    private func number(_ info: CURLINFO) -> Int {
        var value = 0
        _ = ccurl_get_long(easy, info, &value)
        return value
    }

    private func microseconds(_ info: CURLINFO) -> Int64 {
        var value: curl_off_t = 0
        _ = ccurl_get_offset(easy, info, &value)
        return Int64(value)
    }
}

// MARK: Callbacks of libcurl

extension TransferSlot {
    // The slot lives while libcurl works on its transfer: nobody counts a hold on it for each line of a head.

    /// Keeps a piece of the response; another number than `count` makes libcurl end the transfer.
    private static func write(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?)
        -> Int
    {
        guard let context, let bytes else { return 0 }
        return Unmanaged<TransferSlot>.fromOpaque(context)._withUnsafeGuaranteedRef { slot in
            guard count <= slot.options.maximumResponseSize - slot.response.count else {
                slot.current.isUnreadable = true
                return 0
            }
            slot.response.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
            return count
        }
    }

    /// Looks at a line of the response's head or trailers, of interim responses too.
    private static func readHeader(
        _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?
    ) -> Int {
        guard let context, let bytes else { return 0 }
        return Unmanaged<TransferSlot>.fromOpaque(context)._withUnsafeGuaranteedRef { slot in
            switch slot.current.head.add(UnsafeRawBufferPointer(start: bytes, count: count)) {
            case .fine: return count
            case .tooLong: return 0
            case .unknownCoding:
                slot.current.isUnreadable = true
                return 0
            }
        }
    }

    /// Opens a socket unless the policy refuses the address: this is the address that is connected to.
    private static func openSocket(_ context: UnsafeMutableRawPointer?, _ peer: UnsafeMutablePointer<curl_sockaddr>?)
        -> curl_socket_t
    {
        guard let context, let peer else { return -1 }
        let slot = Unmanaged<TransferSlot>.fromOpaque(context).takeUnretainedValue()
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = Int(ccurl_peer_address(peer, &bytes))
        let address = IPAddress(bytes: bytes.prefix(count))
        guard slot.isProxied || address.map(slot.options.policy.permits) ?? false else {
            slot.current.refusedAddresses += 1
            return -1
        }
        let socket = slot.options.socketOpener.map { $0(address) } ?? ccurl_open_socket(peer)
        if socket < 0, let error = DescriptorShortage.lastError {
            slot.current.socketError = error
        } else {
            slot.current.openedSockets += 1
        }
        if socket >= 0 { slot.watch.opened(socket) }
        return socket
    }

    private static func closeSocket(_ watch: UnsafeMutableRawPointer?, _ socket: curl_socket_t) -> Int32 {
        if let watch { Unmanaged<SocketWatch>.fromOpaque(watch).takeUnretainedValue().closing(socket) }
        return close(socket)
    }
}
