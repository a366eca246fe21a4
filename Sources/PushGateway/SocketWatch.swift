internal import CCurl
internal import CLinux

#if canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// Tells which of libcurl's sockets are ready: an epoll set that follows what libcurl waits for.
///
/// The socket of a connection stays in the set while no request uses it, so that a request costs no change of the set. What
/// comes meanwhile, mostly the end of the connection, takes it out.
///
/// `@unchecked Sendable`: ``wake()`` may be called from any thread, everything else belongs to the loop's thread, and once
/// that has ended to whoever cleans libcurl's handle up.
final class SocketWatch: @unchecked Sendable {
    /// What libcurl waits for and what the set knows, of one descriptor.
    private struct Entry {
        var wanted: UInt32 = 0
        var watched: UInt32 = 0
        /// It is told of when it is closed: only then may it stay in the set for the next request.
        var isConnection = false
    }

    private let epoll: Int32
    private let wakeUp: Int32
    /// By descriptor.
    private var entries: [Entry] = []
    private let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: eventCapacity)
    /// Descriptors that the set had no room for: tried again in each turn.
    private var unwatched: Set<Int32> = []

    private static let eventCapacity = 256
    private static let reading = EPOLLIN.rawValue
    private static let writing = EPOLLOUT.rawValue
    private static let broken = EPOLLERR.rawValue | EPOLLHUP.rawValue
    /// Longest wait while a descriptor is not watched, milliseconds.
    private static let retryPause: Int64 = 100

    /// - Throws: ``TransferFailure`` when the system has no descriptors left.
    init() throws(TransferFailure) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw TransferFailure(.local, systemError: errno) }
        wakeUp = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wakeUp >= 0 else {
            let error = errno
            close(epoll)
            throw TransferFailure(.local, systemError: error)
        }
        // Once for each wake-up, so that nobody has to read it.
        var event = epoll_event(events: Self.reading | EPOLLET.rawValue, data: epoll_data(fd: wakeUp))
        guard epoll_ctl(epoll, EPOLL_CTL_ADD, wakeUp, &event) == 0 else {
            let error = errno
            close(epoll)
            close(wakeUp)
            throw TransferFailure(.local, systemError: error)
        }
    }

    deinit {
        close(epoll)
        close(wakeUp)
        events.deallocate()
    }

    /// Ends the wait under way, or else the next one.
    func wake() {
        eventfd_write(wakeUp, 1)
    }

    /// Waits until a socket is ready, a wake-up comes, or the time is over, and calls `body` with each socket that is ready
    /// and how, in libcurl's terms (`CURL_CSELECT_IN` and so on).
    func wait(milliseconds: Int64, _ body: (curl_socket_t, Int32) -> Void) {
        var limit = milliseconds
        if !unwatched.isEmpty {
            for descriptor in unwatched { update(descriptor) }
            if !unwatched.isEmpty { limit = min(limit, Self.retryPause) }
        }
        let count = epoll_wait(epoll, events, Int32(Self.eventCapacity), Int32(clamping: max(0, limit)))
        if count < 0, errno != EINTR { LoopClock.pauseBriefly() }
        for index in 0..<max(0, Int(count)) {
            let descriptor = events[index].data.fd
            guard descriptor != wakeUp else { continue }
            let wanted = entries[Int(descriptor)].wanted
            if wanted == 0 {
                remove(descriptor)
            } else {
                body(descriptor, Self.readiness(events[index].events, of: wanted))
            }
        }
    }

    // MARK: Told by libcurl

    /// libcurl waits for this on a socket (`CURL_POLL_IN` and so on).
    func watch(_ descriptor: curl_socket_t, for what: Int32) {
        makeRoom(for: descriptor)
        let wanted: UInt32 =
            switch what {
            case CURL_POLL_IN: Self.reading
            case CURL_POLL_OUT: Self.writing
            case CURL_POLL_INOUT: Self.reading | Self.writing
            default: 0
            }
        entries[Int(descriptor)].wanted = wanted
        if wanted != 0 {
            update(descriptor)
        } else if !entries[Int(descriptor)].isConnection {
            remove(descriptor)
        }
    }

    /// A connection's socket was opened.
    func opened(_ descriptor: curl_socket_t) {
        makeRoom(for: descriptor)
        entries[Int(descriptor)] = Entry(isConnection: true)
    }

    /// A connection's socket is about to be closed, which takes it out of the set.
    func closing(_ descriptor: curl_socket_t) {
        guard entries.indices.contains(Int(descriptor)) else { return }
        entries[Int(descriptor)] = Entry()
        unwatched.remove(descriptor)
    }

    // MARK: The set

    private func makeRoom(for descriptor: Int32) {
        guard descriptor >= entries.count else { return }
        entries += repeatElement(Entry(), count: max(Int(descriptor) + 1, 2 * entries.count) - entries.count)
    }

    /// Makes the set know what is wanted of a descriptor.
    private func update(_ descriptor: Int32) {
        let entry = entries[Int(descriptor)]
        guard entry.wanted != entry.watched else { return }
        var event = epoll_event(events: entry.wanted, data: epoll_data(fd: descriptor))
        let operation = entry.watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
        if epoll_ctl(epoll, operation, descriptor, &event) == 0 {
            entries[Int(descriptor)].watched = entry.wanted
            if !unwatched.isEmpty { unwatched.remove(descriptor) }
        } else {
            unwatched.insert(descriptor)
        }
    }

    private func remove(_ descriptor: Int32) {
        if entries[Int(descriptor)].watched != 0 { epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil) }
        entries[Int(descriptor)].watched = 0
        unwatched.remove(descriptor)
    }

    /// An error or a hang-up is there to be read, or written to, as libcurl's own waiting would have it.
    private static func readiness(_ events: UInt32, of wanted: UInt32) -> Int32 {
        let isBroken = events & broken != 0
        var result: Int32 = 0
        if events & reading != 0 || isBroken && wanted & reading != 0 { result |= CURL_CSELECT_IN }
        if events & writing != 0 || isBroken && wanted & writing != 0 { result |= CURL_CSELECT_OUT }
        if isBroken { result |= CURL_CSELECT_ERR }
        return result
    }
}
